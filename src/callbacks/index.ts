/**
 * The ready-made callbacks, as callers find them.
 */
import { csvLogger } from './csv-logger.ts'
import { earlyStopping } from './early-stopping.ts'
import { modelCheckpoint } from './model-checkpoint.ts'
import { progressBar } from './progress-bar.ts'
import { reduceLROnPlateau } from './reduce-lr-on-plateau.ts'
import { tensorBoard } from './tensor-board.ts'
import { terminateOnNaN } from './terminate-on-nan.ts'

interface Callbacks {
  readonly csvLogger: typeof csvLogger
  readonly earlyStopping: typeof earlyStopping
  readonly modelCheckpoint: typeof modelCheckpoint
  readonly progressBar: typeof progressBar
  readonly reduceLROnPlateau: typeof reduceLROnPlateau
  readonly tensorBoard: typeof tensorBoard
  readonly terminateOnNaN: typeof terminateOnNaN
}

/** Callbacks for `fit`. Options, defaults and behaviour are Keras 3's. */
export const callbacks: Callbacks = Object.freeze({
  csvLogger,
  earlyStopping,
  modelCheckpoint,
  progressBar,
  reduceLROnPlateau,
  tensorBoard,
  terminateOnNaN,
})

/**
 * What one forward and backward pass computes, layer by layer; nothing is updated.
 */
import type { Core } from '../core.ts'
import { type Dataset, insideOf } from '../data/dataset.ts'
import { calling } from '../errors.ts'
import { Matrix } from '../matrix.ts'
import type { FloatArray, NativeTrace, ParameterInfo } from '../native.ts'
import { checkFlag, checkOptions } from '../validate.ts'

export interface TraceOptions {
  /** As in training: dropout and noise act, batch normalization uses the batch. Default true. */
  readonly training?: boolean
}

type Table = Matrix<readonly [number, number]>

/** Gradients are ∂loss/∂parameter, in the parameter's shape; null without that parameter or when it is not trainable. */
export interface LayerTrace {
  readonly name: string
  /** rows × features in. */
  readonly input: Table
  /** rows × units before the activation; null for layers without one. */
  readonly preActivation: Table | null
  /** rows × features out. */
  readonly output: Table
  /** ∂loss/∂preActivation, or ∂loss/∂output for layers without an activation; null for `input` and `flatten`. */
  readonly delta: Table | null
  readonly kernelGradient: Matrix | null
  readonly biasGradient: Matrix | null
  readonly gammaGradient: Matrix | null
  readonly betaGradient: Matrix | null
}

export interface Trace {
  /** With regularizers. */
  readonly loss: number
  /** One for each of `model.layers`. */
  readonly layers: readonly LayerTrace[]
}

export function trace(core: Core, data: Dataset, options: unknown): Trace {
  const { training = true } = checkOptions(options, 'trace', ['training'])
  const flag = checkFlag(training, 'training')
  core.training('trace')
  core.checkBetweenSlices('trace', 'call it in a callback, or await the fit')
  const { handle } = insideOf(data)!
  const found = calling(() => core.network.trace(handle, flag))
  let passed = handle.x()
  const layers = core.plan.layers.map(({ name, native, inputs, outputs }): LayerTrace => {
    const table = (values: FloatArray, columns: number): Table => new Matrix(values, [data.rows, columns] as const)
    if (native === null) {
      const same = table(inDtype(core, passed), inputs)
      return { name, input: same, preActivation: null, output: same, delta: null, ...gradientsOf(core, found, null) }
    }
    const { input, preActivation, output, delta } = found.layers[native]!
    passed = output
    return {
      name,
      input: table(input, inputs),
      preActivation: preActivation === null ? null : table(preActivation, outputs),
      output: table(output, outputs),
      delta: table(delta, outputs),
      ...gradientsOf(core, found, native),
    }
  })
  return { loss: found.loss, layers }
}

function inDtype(core: Core, values: FloatArray): FloatArray {
  return core.plan.spec.dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values)
}

function gradientsOf(
  core: Core,
  found: NativeTrace,
  layer: number | null,
): Pick<LayerTrace, 'kernelGradient' | 'biasGradient' | 'gammaGradient' | 'betaGradient'> {
  const gradient = (name: ParameterInfo['name']): Matrix | null => {
    const index = core.parameters.findIndex((parameter) => parameter.layer === layer && parameter.name === name)
    const values = found.gradients[index] ?? null
    return values === null ? null : new Matrix(values, core.parameters[index]!.shape)
  }
  return {
    kernelGradient: gradient('kernel'),
    biasGradient: gradient('bias'),
    gammaGradient: gradient('gamma'),
    betaGradient: gradient('beta'),
  }
}

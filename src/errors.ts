/**
 * The one error class of the package and its codes.
 * Owns no checks: those are in validate.ts and next to what they check.
 */

/**
 * - `ERR_SHAPE`: sizes do not fit together.
 * - `ERR_OPTION`: an option, name or argument is wrong.
 * - `ERR_DATA`: values of features, targets or weights are wrong.
 * - `ERR_NOT_COMPILED`: the model must be compiled first, or the perceptron fitted.
 * - `ERR_BUSY`: the model is training and cannot do this now.
 * - `ERR_ABORTED`: the signal of a call was aborted; `cause` is its reason.
 * - `ERR_DIVERGED`: the loss is not finite any more.
 * - `ERR_FILE`: a file is missing, unreadable or not what it should be.
 * - `ERR_NATIVE_LOAD`: the native addon could not be loaded.
 */
export type ErrorCode =
  | 'ERR_SHAPE'
  | 'ERR_OPTION'
  | 'ERR_DATA'
  | 'ERR_NOT_COMPILED'
  | 'ERR_BUSY'
  | 'ERR_ABORTED'
  | 'ERR_DIVERGED'
  | 'ERR_FILE'
  | 'ERR_NATIVE_LOAD'

const codes: ReadonlySet<unknown> = new Set<ErrorCode>([
  'ERR_SHAPE',
  'ERR_OPTION',
  'ERR_DATA',
  'ERR_NOT_COMPILED',
  'ERR_BUSY',
  'ERR_ABORTED',
  'ERR_DIVERGED',
  'ERR_FILE',
  'ERR_NATIVE_LOAD',
])

/** Every error a caller can cause. Tell them apart by `code`; messages may change. */
export class MyelinError extends Error {
  override readonly name = 'MyelinError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What the addon throws is a plain `Error` with a `code`; callers get a MyelinError, other errors as they are. */
export function fromNative(error: unknown): unknown {
  if (error instanceof MyelinError || !(error instanceof Error)) return error
  const code = (error as Error & { code?: unknown }).code
  return codes.has(code) ? new MyelinError(code as ErrorCode, error.message, { cause: error }) : error
}

/** Calls the addon. */
export function calling<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw fromNative(error)
  }
}

/**
 * Errors about files: ERR_FILE in the form of validate.ts, with the file in the place of the option.
 */
import { MyelinError } from '../errors.ts'
import { describe } from '../validate.ts'

/** "expected … for `m.safetensors`, received …"; `hint` says what to do. */
export function fileError(file: string, what: string, received: string, hint = '', cause?: unknown): MyelinError {
  return new MyelinError('ERR_FILE', `expected ${what} for \`${file}\`, received ${received}${hint && `; ${hint}`}`, {
    cause,
  })
}

/** The same where the system refused something; an error of ours stays as it is. */
export function systemError(file: string, what: string, cause: unknown): MyelinError {
  return cause instanceof MyelinError ? cause : fileError(file, what, describe(cause), '', cause)
}

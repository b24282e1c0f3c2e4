/**
 * The configurations of Keras 3 and TensorFlow.js, read piece by piece: `{ class_name, config }` becomes a class and options
 * whose names are ours. Owns no classes: which there are is keras-layers.ts's and keras-training.ts's.
 */
import { MyelinError } from '../errors.ts'
import { describe, isObject, type Options } from '../validate.ts'
import { fileError } from './file-error.ts'

/** Where in which file something stands, for messages: "layer 'hidden' of class Dense". */
export interface Place {
  readonly file: string
  readonly where: string
  /** What to do when it cannot be read. */
  readonly hint?: string
}

/** A class by name, and what it was made with; the keys in camelCase. */
export interface Described {
  readonly className: string
  readonly config: Options
}

/** What an option must be that we have no choice for. */
type Allowed = readonly unknown[]

/** How the options of one class become ours. */
export interface Rules {
  /** Taken over by the same name. */
  readonly take?: readonly string[]
  /** Taken over by our name. */
  readonly rename?: Readonly<Record<string, string>>
  /** Of no consequence for what we do. */
  readonly ignore?: readonly string[]
  /** We can do these values only. Any other option may be null or false, which asks for nothing. */
  readonly only?: Readonly<Record<string, Allowed>>
}

export function unsupported(
  { file, where, hint }: Place,
  what: string,
  received: string,
  cause?: unknown,
): MyelinError {
  return fileError(file, `${what} in ${where}`, received, hint, cause)
}

/** 'hard_sigmoid' and 'hardSigmoid' become 'hardSigmoid', 'beta_1' and 'beta1' 'beta1'. */
export function camel(name: string): string {
  return name.replace(/_+([a-z0-9])/gi, (_, first: string) => first.toUpperCase())
}

/** An object with its keys in camelCase; not those of what is in it. */
export function camelKeys(value: unknown, place: Place): Options {
  if (!isObject(value)) throw unsupported(place, 'an object', describe(value))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camel(key), item]))
}

/** A class by its name alone, or with its configuration. Plain functions of Keras are described as a class 'function'. */
export function described(value: unknown, place: Place): Described {
  if (typeof value === 'string') return { className: value, config: {} }
  const { className, config } = isObject(value) ? camelKeys(value, place) : {}
  if (className === 'function' && typeof config === 'string') return { className: config, config: {} }
  if (typeof className !== 'string') throw unsupported(place, 'a class and its configuration', describe(value))
  return { className, config: camelKeys(config ?? {}, place) }
}

/** Which of our names it is: 'mean_squared_error', 'MeanSquaredError' and 'meanSquaredError' are one. */
export function ourName<T extends string>(
  name: string,
  names: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): T | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '')
  const wanted = plain(name)
  return (Object.hasOwn(aliases, wanted) ? aliases[wanted] : undefined) ?? names.find((one) => plain(one) === wanted)
}

/** Options of ours from a configuration. @throws ERR_FILE for those that ask for what we do not have */
export function translate(
  config: Options,
  { take = [], rename = {}, ignore = [], only = {} }: Rules,
  place: Place,
): Options {
  const options: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(config)) {
    const allowed = Object.hasOwn(only, key) ? only[key] : undefined
    if (take.includes(key)) options[key] = value
    else if (Object.hasOwn(rename, key)) options[rename[key]!] = value
    else if (allowed) checkAllowed(key, value, allowed, place)
    else if (value !== null && value !== false && !ignore.includes(key)) {
      throw unsupported(place, 'only options that we have', `\`${key}\`: ${describe(value)}`)
    }
  }
  return options
}

function checkAllowed(key: string, value: unknown, allowed: Allowed, place: Place): void {
  const found = JSON.stringify(value)
  if (allowed.some((one) => JSON.stringify(one) === found)) return
  throw unsupported(place, `${allowed.map(describe).join(' or ')} for \`${key}\``, describe(value))
}

/** What our own checks refuse is the file's fault. */
export function inFile<T>(place: Place, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof MyelinError) || error.code === 'ERR_FILE') throw error
    throw unsupported(place, 'possible values', `others (${error.message})`, error)
  }
}

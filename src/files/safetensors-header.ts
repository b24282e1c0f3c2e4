/**
 * The JSON of a safetensors header, and of nothing else: one object of `{ dtype, shape, data_offsets }` by name, and
 * `__metadata__`, an object of texts. Read by hand because JSON.parse takes the last of two equal keys, builds whatever
 * it is given, however deep and wide, and rounds large numbers.
 */
import { describe } from '../validate.ts'
import { fileError } from './file-error.ts'

export interface TensorEntry {
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes from the end of the header. */
  readonly begin: number
  readonly end: number
}

export interface ParsedHeader {
  readonly metadata: ReadonlyMap<string, string>
  readonly entries: ReadonlyMap<string, TensorEntry>
}

const METADATA = '__metadata__'
const MOST_DIMENSIONS = 32
/** Of what stands where something else should, shown in messages. */
const SHOWN = 12

/** @throws ERR_FILE for everything else than such a header. */
export function parseHeader(text: string, file: string): ParsedHeader {
  return new HeaderReader(text, file).header()
}

class HeaderReader {
  readonly #text: string
  readonly #file: string
  #at = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  header(): ParsedHeader {
    const entries = new Map<string, TensorEntry>()
    let metadata: Map<string, string> | undefined
    if (!this.#text.startsWith('{')) throw this.#wrong('{ at the start')
    this.#members((name) => {
      if (entries.has(name) || (name === METADATA && metadata)) throw this.#twice(name)
      if (name === METADATA) metadata = this.#metadata()
      else entries.set(name, this.#tensor())
    })
    if (this.#peek() !== '') throw this.#wrong('nothing after the last }')
    return { metadata: metadata ?? new Map(), entries }
  }

  #metadata(): Map<string, string> {
    const metadata = new Map<string, string>()
    this.#members((name) => {
      if (metadata.has(name)) throw this.#twice(name)
      metadata.set(name, this.#string())
    })
    return metadata
  }

  #tensor(): TensorEntry {
    let dtype: string | undefined
    let shape: number[] | undefined
    let offsets: number[] | undefined
    this.#members((name) => {
      if (name === 'dtype' && dtype === undefined) dtype = this.#string()
      else if (name === 'shape' && !shape) shape = this.#numbers(MOST_DIMENSIONS)
      else if (name === 'data_offsets' && !offsets) offsets = this.#numbers(2)
      else throw this.#wrong('dtype, shape and data_offsets, once each,', describe(name))
    })
    const [begin, end] = offsets ?? []
    if (dtype === undefined || !shape || begin === undefined || end === undefined) {
      throw this.#wrong('dtype, shape and two data_offsets', 'a tensor without')
    }
    return { dtype, shape, begin, end }
  }

  /** An object; `member` reads the value after each key. */
  #members(member: (name: string) => void): void {
    this.#take('{')
    if (this.#takes('}')) return
    do {
      const name = this.#string()
      this.#take(':')
      member(name)
    } while (this.#takes(','))
    this.#take('}')
  }

  #numbers(most: number): number[] {
    const numbers: number[] = []
    this.#take('[')
    if (this.#takes(']')) return numbers
    do {
      if (numbers.length === most) throw this.#wrong(`at most ${most} numbers in a list`)
      numbers.push(this.#number())
    } while (this.#takes(','))
    this.#take(']')
    return numbers
  }

  #number(): number {
    this.#peek()
    const digits = /(?:0|[1-9]\d{0,15})(?![\d.eE])/y
    digits.lastIndex = this.#at
    const value = Number(digits.exec(this.#text)?.[0])
    if (!Number.isSafeInteger(value)) throw this.#wrong('a whole number from 0 to 2^53 - 1')
    this.#at = digits.lastIndex
    return value
  }

  #string(): string {
    if (this.#peek() !== '"') throw this.#wrong('a text')
    const begin = this.#at
    let end = this.#text.indexOf('"', begin + 1)
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw this.#wrong('a text that ends')
    try {
      const value = JSON.parse(this.#text.slice(begin, end + 1)) as string
      if (/\p{Surrogate}/u.test(value)) throw this.#wrong('a text of whole characters')
      this.#at = end + 1
      return value
    } catch {
      throw this.#wrong('a text as JSON has it')
    }
  }

  /** An odd number of backslashes stands before it. */
  #isEscaped(at: number): boolean {
    let before = at - 1
    while (this.#text[before] === '\\') before--
    return (at - before) % 2 === 0
  }

  /** The next character that is no space, or '' at the end. */
  #peek(): string {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '\0')) this.#at++
    return this.#text[this.#at] ?? ''
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  #take(character: string): void {
    if (!this.#takes(character)) throw this.#wrong(character)
  }

  #twice(name: string): Error {
    return this.#wrong('different names', `${describe(name)} twice`)
  }

  #wrong(what: string, received?: string): Error {
    const there = JSON.stringify(this.#text.slice(this.#at, this.#at + SHOWN))
    const found = received ?? (this.#at < this.#text.length ? there : 'its end')
    return fileError(this.#file, `a safetensors header with ${what}`, `${found} at character ${this.#at}`)
  }
}

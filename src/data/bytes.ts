/**
 * The bytes of files and streams, as they are or out of gzip, which is found out from the first bytes. Whole, or piece
 * by piece for what need not fit in memory.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip } from 'node:zlib'
import { MyelinError } from '../errors.ts'
import { describe, expected, expectedText } from '../validate.ts'

/** Bytes or text that arrive piece by piece, such as a stream of Node. */
export type ByteStream = AsyncIterable<Uint8Array | string>

/** Large enough that what a piece costs beside its bytes is nothing, small enough to be nothing in memory. */
const PIECE_BYTES = 4 << 20
/** From so many bytes on a whole file is read in `PARTS` parts at once, which leaves a thread of libuv's four to others. */
const LARGE_BYTES = 4 << 20
const PARTS = 3
/** Of gunzip. */
const chunkSize = 1 << 20

const unzip = promisify<Uint8Array, Buffer>(gunzip)

export function wrongFile(file: string, what: string, received: string, cause?: unknown): MyelinError {
  return new MyelinError('ERR_FILE', `expected ${what} for \`${file}\`, received ${received}`, { cause })
}

/** A path, checked; @throws ERR_OPTION @param what `the path of an IDX file` or the like */
export function checkPath(path: unknown, where: string, what: string): string | URL {
  if ((typeof path === 'string' && path !== '') || path instanceof URL) return path
  throw expected('ERR_OPTION', what, where, path)
}

/** @throws ERR_FILE for a file that cannot be read, or no whole gzip file though it begins as one */
export async function readWhole(path: string | URL, what: string): Promise<Buffer> {
  let bytes: Buffer
  try {
    bytes = await readBytes(path)
  } catch (cause) {
    throw wrongFile(String(path), what, describe(cause), cause)
  }
  if (!isGzip(bytes)) return bytes
  try {
    return await unzip(bytes)
  } catch (cause) {
    throw notGzip(String(path), cause)
  }
}

/** A large file in parts at once: one after the other, as Node's `readFile` reads, takes 47 MB twice as long or longer. */
async function readBytes(path: string | URL): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size < LARGE_BYTES) return await file.readFile() // and what has no size, such as a pipe
    const bytes = Buffer.allocUnsafeSlow(size)
    const each = Math.ceil(size / PARTS)
    const parts = Array.from({ length: PARTS }, (_, i) => fill(file, bytes, i * each, Math.min((i + 1) * each, size)))
    await Promise.all(parts)
    return bytes
  } finally {
    await file.close()
  }
}

async function fill(file: FileHandle, bytes: Buffer, begin: number, end: number): Promise<void> {
  for (let at = begin; at < end; ) {
    const { bytesRead } = await file.read(bytes, at, end - at, at)
    if (bytesRead === 0) throw new Error('its end came before its size said')
    at += bytesRead
  }
}

/**
 * Pieces of a file, of bytes in memory or of a stream. A piece is good until the next but one is asked for.
 *
 * @param file what errors call it
 */
export async function* readPieces(
  source: string | URL | Uint8Array | ByteStream,
  file: string,
): AsyncGenerator<Buffer> {
  const raw = rawPieces(source, file)
  const { value: first } = await raw.next()
  if (first === undefined) return
  try {
    if (!isGzip(first)) {
      yield first
      yield* raw
      return
    }
    // whatever goes wrong on either side ends both, and comes out of the loop
    const gunzipped = pipeline(Readable.from(followedBy(first, raw)), createGunzip({ chunkSize }), () => {})
    for await (const piece of gunzipped) yield piece as Buffer
  } catch (cause) {
    throw isZlibError(cause) ? notGzip(file, cause) : cause
  } finally {
    await raw.return(undefined)
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && /^(Z_|ERR_BUFFER_TOO_LARGE)/.test((cause as { code?: string }).code ?? '')
}

function notGzip(file: string, cause: unknown): MyelinError {
  return wrongFile(file, 'a whole gzip file', describe(cause), cause)
}

async function* followedBy(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // copies: a stream holds more than one piece at a time
  yield Buffer.from(first)
  for await (const piece of rest) yield Buffer.from(piece)
}

function rawPieces(source: string | URL | Uint8Array | ByteStream, file: string): AsyncGenerator<Buffer> {
  if (typeof source === 'string' || source instanceof URL) return filePieces(source)
  return source instanceof Uint8Array ? memoryPieces(source, file) : streamPieces(source, file)
}

async function* filePieces(path: string | URL): AsyncGenerator<Buffer> {
  const wrong = (cause: unknown): MyelinError => wrongFile(String(path), 'a readable file', describe(cause), cause)
  const file = await open(path).catch((cause: unknown) => {
    throw wrong(cause)
  })
  try {
    const buffers = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)] as const
    for (let i = 0; ; i++) {
      const buffer = buffers[i % 2]!
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null).catch((cause: unknown) => {
        throw wrong(cause)
      })
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** Copies: whose memory it is may take it away meanwhile, which is an error, but nobody reads what is not there. */
async function* memoryPieces(bytes: Uint8Array, file: string): AsyncGenerator<Buffer> {
  const { length } = bytes
  for (let at = 0; at < length; at += PIECE_BYTES) {
    if (bytes.length !== length) {
      throw expectedText(
        'ERR_DATA',
        'bytes that stay while they are read',
        file,
        'ones whose buffer is detached or resized',
      )
    }
    yield Buffer.from(bytes.subarray(at, at + PIECE_BYTES))
  }
}

async function* streamPieces(stream: ByteStream, file: string): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield Buffer.from(piece)
    else throw expected('ERR_DATA', 'pieces that are bytes or text', file, piece)
  }
}

/**
 * What a file is read from: an open file or bytes in memory, piece by piece, so that nobody holds more than the piece
 * that is wanted. Knows no format.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { fileError, systemError } from './file-error.ts'

export interface Source {
  /** For messages. */
  readonly name: string
  /** Bytes of the whole. */
  readonly size: number
  /** Fills `into` with the bytes from `at` on. @throws ERR_FILE when there are not as many. */
  read(into: Uint8Array, at: number): Promise<void>
}

/** Calls `work` with a file, which is open as long as that takes. @throws ERR_FILE when it cannot be opened or read. */
export async function withFile<T>(path: string | URL, what: string, work: (source: Source) => Promise<T>): Promise<T> {
  const name = String(path)
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    const found = await handle.stat()
    if (found.isDirectory()) throw fileError(name, what, 'a folder')
    if (!found.isFile()) throw fileError(name, what, 'something that is no plain file')
    return await work(fileSource(handle, name, found.size))
  } catch (error) {
    throw systemErrorOf(error, name, what)
  } finally {
    await handle?.close()
  }
}

function fileSource(handle: FileHandle, name: string, size: number): Source {
  return {
    name,
    size,
    async read(into, at) {
      for (let done = 0; done < into.byteLength; ) {
        const { bytesRead } = await handle.read(into, done, into.byteLength - done, at + done)
        if (bytesRead === 0) throw fileError(name, `${size} bytes`, 'a file that became shorter while it was read')
        done += bytesRead
      }
    },
  }
}

/** Bytes in memory; they must stay as they are until the reading is done. */
export function bytesSource(bytes: Uint8Array, name: string): Source {
  return {
    name,
    size: bytes.byteLength,
    async read(into, at) {
      if (at + into.byteLength > bytes.byteLength) throw fileError(name, 'bytes that stay', 'fewer of them')
      into.set(bytes.subarray(at, at + into.byteLength))
    },
  }
}

/** What the system says becomes ERR_FILE; what anybody else says stays. */
function systemErrorOf(error: unknown, name: string, what: string): unknown {
  const fromSystem = error instanceof Error && 'code' in error
  return fromSystem ? systemError(name, what, error) : error
}

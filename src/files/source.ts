/**
 * What a file is read from: an open file or bytes in memory, piece by piece, so that nobody holds more than the piece
 * that is wanted. Knows no format.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { fileError, systemError } from './file-error.ts'

/** Node reads and writes less than 2 GiB at once. */
export const MOST_AT_ONCE: number = 2 ** 30

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
    const found = await stat(path) // before it is opened: opening a pipe would wait for somebody to write
    if (found.isDirectory()) throw fileError(name, what, 'a folder')
    if (!found.isFile()) throw fileError(name, what, 'something that is no plain file')
    handle = await open(path)
    return await work(fileSource(handle, name, (await handle.stat()).size))
  } catch (error) {
    throw error instanceof Error && 'code' in error ? systemError(name, what, error) : error
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
        const { bytesRead } = await handle.read(into, done, Math.min(into.byteLength - done, MOST_AT_ONCE), at + done)
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

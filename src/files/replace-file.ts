/**
 * Writes a file whole or not at all.
 */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { systemError } from './file-error.ts'

/**
 * Writes a temporary file beside it, syncs that and renames it: whatever happens, the path holds the old bytes or the new.
 *
 * @throws ERR_FILE
 */
export async function replaceFile(path: string | URL, bytes: Uint8Array): Promise<void> {
  const file = path instanceof URL ? fileURLToPath(path) : path
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw systemError(file, 'a file that can be written', cause)
  }
}

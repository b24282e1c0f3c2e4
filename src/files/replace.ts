/**
 * Puts a whole new file in the place of an old one: whoever reads it, and whatever kills the writer, sees all of the
 * old or all of the new. The bytes go to a file beside it, reach the disk, and then it is renamed.
 */
import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileError, systemError } from './file-error.ts'
import { MOST_AT_ONCE } from './source.ts'

/** What a writer that was killed leaves behind: the process it belonged to, and a number of its own. */
const TEMPORARY = /^\.myelin-(\d+)-[0-9a-f]{12}\.tmp$/
const PERMISSIONS = 0o777
/** What new files get, less the umask. */
const NEW_FILE = 0o666

/**
 * Symbolic links stay and what they point to is replaced; a file that was there keeps its permissions, and its owner
 * where that is allowed. What is no plain file, such as a pipe, is written to as it is.
 *
 * @throws ERR_FILE when that is not possible; the old file is then as it was
 */
export async function replaceFile(path: string | URL, pieces: readonly Uint8Array[]): Promise<void> {
  const name = String(path)
  try {
    const old = await stat(path).catch(unlessMissing)
    if (old === null || old.isFile()) {
      await replace(await endOfLinks(typeof path === 'string' ? path : fileURLToPath(path)), old, pieces)
    } else {
      await overwrite(path, pieces)
    }
  } catch (error) {
    throw writingError(name, error)
  }
}

async function replace(target: string, old: Stats | null, pieces: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(target)
  if (old) await access(target, constants.W_OK) // renaming would replace a file that may not be written to
  await removeLeftovers(folder)
  const temporary = join(folder, `.myelin-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(temporary, 'wx', old ? old.mode & PERMISSIONS : NEW_FILE)
    try {
      if (old) await takeOver(handle, old)
      await writeAll(handle, pieces)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(folder)
}

async function overwrite(path: string | URL, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'w')
  try {
    await writeAll(handle, pieces)
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let done = 0; done < piece.byteLength; ) {
      const { bytesWritten } = await handle.write(piece, done, Math.min(piece.byteLength - done, MOST_AT_ONCE))
      done += bytesWritten
    }
  }
}

/** Permissions whatever the umask; another owner's file stays his where the system lets us give it to him. */
async function takeOver(handle: FileHandle, old: Stats): Promise<void> {
  const now = await handle.stat()
  if (now.uid !== old.uid || now.gid !== old.gid) await handle.chown(old.uid, old.gid).catch(() => {})
  if ((now.mode & PERMISSIONS) !== (old.mode & PERMISSIONS)) await handle.chmod(old.mode & PERMISSIONS)
}

/** The path without symbolic links, also where the last one points to nothing yet. */
async function endOfLinks(path: string): Promise<string> {
  const real = await realpath(path).catch(unlessMissing)
  if (real !== null) return real
  const link = await readlink(path).catch(() => null)
  return link === null ? resolve(path) : endOfLinks(resolve(dirname(path), link))
}

/** Files of writers that are no more. Nothing depends on it, so what cannot be read or removed stays. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const pid = TEMPORARY.exec(name)?.[1]
    const file = join(folder, name)
    if (pid !== undefined && (await isLeftover(file, Number(pid)))) await rm(file, { force: true }).catch(() => {})
  }
}

async function isLeftover(file: string, pid: number): Promise<boolean> {
  if (pid === process.pid) {
    // in a container a new process may have the number of the one that was killed
    const found = await stat(file).catch(() => null)
    return found !== null && found.mtimeMs < Date.now() - process.uptime() * 1000
  }
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Makes the new name last too. Some systems cannot; the file is whole all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

function writingError(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT')
    return fileError(name, 'a file in a folder that exists', 'none', 'make the folder first', error)
  if (code === 'EISDIR') return fileError(name, 'a file to write', 'a folder', '', error)
  return systemError(name, 'a file that can be written', error)
}

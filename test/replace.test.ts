/**
 * Files are replaced whole or not at all, and with the permissions, owners and links they had.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { replaceFile } from '../src/files/replace.ts'
import { killSavers } from './files/kills.ts'

/** All 200 of them take a minute or two: `node --import tsx test/files/kills.ts --kills 200`. */
const KILLS = 40

const test = suite('replace')
const windows = process.platform === 'win32'
const root = process.getuid?.() === 0

let folder: string
let file: string
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'myelin-replace-'))
  file = join(folder, 'file')
})
test.after.each(() => rmSync(folder, { recursive: true }))

const write = (path: string | URL, text: string): Promise<void> => replaceFile(path, [Buffer.from(text)])
const read = (path: string): string => readFileSync(path, 'utf8')
const modeOf = (path: string): number => statSync(path).mode & 0o777

async function refused(path: string): Promise<string> {
  const error = await write(path, 'new').then(
    () => assert.unreachable('it was written'),
    (reason: unknown) => reason as { code?: string; message: string },
  )
  assert.is(error!.code, 'ERR_FILE')
  return error!.message
}

test('a new file, an old one, a URL, pieces', async () => {
  await write(file, 'first')
  assert.is(read(file), 'first')
  await write(pathToFileURL(file), 'second')
  assert.is(read(file), 'second')
  await replaceFile(file, [Buffer.from('a'), new Uint8Array(0), Buffer.from('bc')])
  assert.is(read(file), 'abc')
  assert.equal(readdirSync(folder), ['file'])
})

test('whoever has the old file open keeps it', async () => {
  await write(file, 'old')
  const before = statSync(file).ino
  await write(file, 'new')
  if (!windows) assert.is.not(statSync(file).ino, before)
})

test('many at once: one of them is there, whole', async () => {
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000))
  await Promise.all(texts.map((text) => write(file, text)))
  assert.ok(texts.includes(read(file)))
  assert.equal(readdirSync(folder), ['file'])
})

if (!windows) {
  test('permissions: of the old file, or what the umask leaves', async () => {
    const umask = process.umask(0o027)
    try {
      await write(file, 'new')
      assert.is(modeOf(file), 0o640)
      for (const mode of [0o600, 0o666, 0o755]) {
        chmodSync(file, mode)
        await write(file, 'newer')
        assert.is(modeOf(file), mode)
      }
    } finally {
      process.umask(umask)
    }
  })

  test('a link stays and what it points to is replaced', async () => {
    mkdirSync(join(folder, 'there'))
    writeFileSync(join(folder, 'there', 'real'), 'old')
    symlinkSync(join('there', 'real'), file)
    symlinkSync('file', join(folder, 'link to link'))
    await write(join(folder, 'link to link'), 'new')
    assert.is(read(join(folder, 'there', 'real')), 'new')
    assert.ok(lstatSync(file).isSymbolicLink())
    assert.is(readlinkSync(join(folder, 'link to link')), 'file')
    assert.equal(readdirSync(join(folder, 'there')), ['real'])
  })

  test('a link that points to nothing yet makes it', async () => {
    symlinkSync('missing', file)
    await write(file, 'new')
    assert.is(read(join(folder, 'missing')), 'new')
    assert.ok(lstatSync(file).isSymbolicLink())
  })

  test('links in a circle are refused', async () => {
    symlinkSync('other', file)
    symlinkSync('file', join(folder, 'other'))
    assert.match(await refused(file), 'ELOOP')
  })

  test('a device or a pipe is written to, not replaced', async () => {
    await write('/dev/null', 'gone')
    assert.ok(statSync('/dev/null').isCharacterDevice())
    const pipe = join(folder, 'pipe')
    if (spawnSync('mkfifo', [pipe]).status !== 0) return
    const [text] = await Promise.all([
      import('node:fs/promises').then((fs) => fs.readFile(pipe, 'utf8')),
      write(pipe, 'through'),
    ])
    assert.is(text, 'through')
    assert.ok(statSync(pipe).isFIFO())
  })
}

test('a folder, a missing folder, a file for a folder', async () => {
  assert.match(await refused(folder), 'expected a file to write')
  assert.match(await refused(join(folder, 'missing', 'file')), 'make the folder first')
  writeFileSync(file, 'old')
  assert.match(await refused(join(file, 'file')), 'ENOTDIR')
  assert.is(read(file), 'old')
})

if (!windows && !root) {
  test('a file that may not be written to', async () => {
    writeFileSync(file, 'old', { mode: 0o444 })
    assert.match(await refused(file), 'EACCES')
    assert.is(read(file), 'old')
  })
}

test('what cannot be written leaves the old file and nothing else', async () => {
  writeFileSync(file, 'old')
  const broken = [Buffer.from('half'), null as unknown as Uint8Array]
  await replaceFile(file, broken).then(
    () => assert.unreachable(),
    () => {},
  )
  assert.is(read(file), 'old')
  assert.equal(readdirSync(folder), ['file'])
})

test('leftovers of killed writers go, those of living ones and other files stay', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const named = (pid: number, number = '0123456789ab'): string => join(folder, `.myelin-${pid}-${number}.tmp`)
  const gone = [named(dead), named(dead, 'ffffffffffff'), named(process.pid, '000000000000')]
  const kept = [named(process.ppid), named(process.pid), join(folder, `.myelin-${dead}-x.tmp`), join(folder, 'a.tmp')]
  for (const path of [...gone, ...kept]) writeFileSync(path, '')
  const longAgo = new Date('2020-01-01')
  utimesSync(gone[2]!, longAgo, longAgo) // from before this process: another had its number
  await write(file, 'new')
  assert.equal(gone.filter(existsSync), [])
  assert.equal(kept.filter(existsSync), kept)
})

if (!windows) {
  test(`${KILLS} kills while saving: the file is always the whole old or the whole new one`, async () => {
    const { kills, even, odd, mostLeftovers } = await killSavers(KILLS)
    assert.is(kills, KILLS)
    assert.ok(even > 0 && odd > 0, `${even} and ${odd}: some were killed after the first save`)
    assert.is(mostLeftovers, 1)
  })
}

test.run()

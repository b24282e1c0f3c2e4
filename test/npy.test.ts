/** npy files: those that NumPy wrote, golden/npy.json, and damaged ones; also damaged IDX files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readIdx } from '../src/data/idx.ts'
import { readNpy } from '../src/data/npy.ts'
import { Dataset, type MyelinError } from '../src/index.ts'
import { effortOf } from './effort.ts'

interface Golden {
  readonly good: readonly { name: string; npy: string; shape: number[]; values: number[] }[]
  readonly bad: Readonly<Record<string, string>>
}

const test = suite('npy')
const effort = effortOf(500)
const golden = JSON.parse(await readFile(new URL('golden/npy.json', import.meta.url), 'utf8')) as Golden
const folder = await mkdtemp(join(tmpdir(), 'myelin-npy-'))
const path = join(folder, 'a.npy')

for (const { name, npy, shape, values } of golden.good) {
  test(`reads ${name}`, async () => {
    for (const bytes of [Buffer.from(npy, 'base64'), gzipSync(Buffer.from(npy, 'base64'))]) {
      await writeFile(path, bytes)
      const array = await readNpy(path, 'x')
      assert.equal(array.shape, shape)
      assert.equal(Array.from(array.data), values.map(Number))
    }
  })
}

test('features and labels become a dataset', async () => {
  const write = async (name: string, of: string): Promise<string> => {
    const { npy } = golden.good.find((one) => one.name === of)!
    await writeFile(join(folder, name), Buffer.from(npy, 'base64'))
    return join(folder, name)
  }
  const x = await write('x.npy', 'fractions')
  const labels = await write('y.npy', 'a vector')
  const data = await Dataset.fromNpy(x, labels, { scale: 2, classes: 5 })
  assert.equal([data.rows, data.features, data.classes], [5, 2, 5])
  assert.equal(data.toArrays().y, [0, 1, 2, 3, 4])
  assert.is(data.toArrays().x[0]![0], -2)
  assert.is((await Dataset.fromNpy(x, x)).outputs, 2)
  assert.is((await Dataset.fromNpy(x)).outputs, 0)
  assert.is((await Dataset.fromNpy(await write('images.npy', 'images'))).features, 12)
})

const bad: Readonly<Record<string, string>> = {
  'Fortran order': 'columns (Fortran order); save numpy.ascontiguousarray(array)',
  'big-endian': "expected little-endian numbers for `FILE`, received '>f4'; save array.astype('<f4')",
  half: "numbers of kind b1, u1, i1, u2, i2, u4, i4, u8, i8, f4 or f8 for `FILE`, received '<f2'",
  complex: "received '<c8'",
  text: "received '<U2'",
  fields: "a header of 'descr', 'fortran_order' and 'shape', and no fields, for `FILE`, received",
  'a single number': 'a shape of sizes up to 2147483647 for `FILE`, received ()',
  'no rows': 'expected at least one row for `x`, received no rows',
  'not finite': 'expected a finite number for `x[0][1]`, received NaN',
  'too large an integer': 'expected integers up to 2^53 for `FILE`, received 1152921504606847000 at place 1',
}

test('what is refused', async () => {
  assert.equal(Object.keys(golden.bad), Object.keys(bad))
  for (const [name, says] of Object.entries(bad)) {
    await writeFile(path, Buffer.from(golden.bad[name]!, 'base64'))
    const error = await Dataset.fromNpy(path).then(
      () => assert.unreachable(name),
      (error: MyelinError) => error,
    )
    assert.ok(error?.message.includes(says.replace('FILE', path)), error?.message)
  }
})

/** A valid file, then some of its bytes changed, and its end cut off or added to. */
function damaged(whole: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
  const near = fc.tuple(
    fc.nat(Math.min(80, whole.length - 1)),
    fc.constantFrom(0, 1, 0x27, 0x28, 0x2c, 0x31, 0x39, 0xff),
  )
  return fc
    .tuple(fc.array(fc.oneof(change, near), { maxLength: 6 }), fc.integer({ min: -20, max: 20 }))
    .map(([changes, tail]) => {
      const bytes = Buffer.concat([whole, Buffer.alloc(Math.max(0, tail))]).subarray(0, whole.length + tail)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      return bytes
    })
}

/** Reads it, or says why not; what it holds is no larger than the file. */
async function survives(
  read: (
    path: string,
    where: string,
  ) => Promise<{ data: ArrayLike<number> & { byteLength: number }; shape: readonly number[] }>,
  bytes: Buffer,
): Promise<void> {
  await writeFile(path, bytes)
  try {
    const { data, shape } = await read(path, 'x')
    assert.is(
      data.length,
      shape.reduce((a, b) => a * b, 1),
    )
    assert.ok(data.byteLength <= bytes.length)
  } catch (error) {
    assert.is((error as MyelinError).code, 'ERR_FILE', String(error))
  }
}

test('damaged npy files are read or refused', async () => {
  const { npy } = golden.good.find(({ name }) => name === 'fractions')!
  await fc.assert(
    fc.asyncProperty(damaged(Buffer.from(npy, 'base64')), (bytes) => survives(readNpy, bytes)),
    effort,
  )
})

test('damaged IDX files are read or refused', async () => {
  const whole = Buffer.concat([Buffer.of(0, 0, 12, 2, 0, 0, 0, 3, 0, 0, 0, 2), Buffer.alloc(24, 7)])
  await fc.assert(
    fc.asyncProperty(damaged(whole), (bytes) => survives(readIdx, bytes)),
    effort,
  )
})

test('damaged gzip files are read or refused', async () => {
  const { npy } = golden.good.find(({ name }) => name === 'images')!
  const whole = gzipSync(Buffer.from(npy, 'base64'))
  await fc.assert(
    fc.asyncProperty(damaged(whole), async (bytes) => {
      await writeFile(path, bytes)
      await readNpy(path, 'x').catch((error: MyelinError) => assert.is(error.code, 'ERR_FILE', String(error)))
    }),
    effort,
  )
})

test.after(() => rm(folder, { recursive: true }))
test.run()

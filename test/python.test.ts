/**
 * Python's safetensors as the judge: it reads what we write with equal values, and it accepts whatever we accept.
 * Left out, and said so, where there is no Python or its packages cannot be installed.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readHeader } from '../src/files/safetensors.ts'
import { bytesSource } from '../src/files/source.ts'
import { type Content, content, damaged, damages, fileOf, headerOf, trainedModel } from './files/corpus.ts'
import { DTYPES, fit, modelFor, OPTIMIZERS } from './files/jobs.ts'
import { pythonWith } from './files/python.ts'

interface Found {
  readonly tensors: Readonly<Record<string, [dtype: string, shape: number[], bytes: string]>>
  readonly metadata: Readonly<Record<string, string>> | null
}

const test = suite("Python's safetensors")
const found = pythonWith('python-safetensors', ['numpy', 'safetensors'])
const withPython = 'python' in found ? test : test.skip
if ('missing' in found) console.log(`  left out: ${found.missing}`)
test('is there, or it is said why it is not', () => assert.ok('python' in found || found.missing !== ''))

const folder = mkdtempSync(join(tmpdir(), 'myelin-python-'))
test.after(() => rmSync(folder, { recursive: true }))

/** What Python makes of files, in their order. */
function inPython(name: string, files: readonly Uint8Array[]): (Found | null)[] {
  const directory = mkdtempSync(join(folder, name))
  const names = files.map((_, i) => String(i).padStart(6, '0'))
  for (const [i, bytes] of files.entries()) writeFileSync(join(directory, names[i]!), bytes)
  const program = fileURLToPath(new URL('./files/read_safetensors.py', import.meta.url))
  const python = 'python' in found ? found.python : ''
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const
  const { status, stdout, stderr } = spawnSync(python, [program, directory], options)
  assert.is(status, 0, stderr)
  const all = JSON.parse(stdout) as Record<string, Found | null>
  return names.map((one) => all[one]!)
}

const base64 = (data: Float32Array | Float64Array): string => Buffer.from(data.buffer).toString('base64')

withPython('reads the weights of models', async () => {
  const models = [await trainedModel(), ...DTYPES.map((dtype) => modelFor(OPTIMIZERS['adam']!, dtype))]
  await fit(models[1]!, { epochs: 1 })
  const files = await Promise.all(models.map((model) => model.toBuffer()))
  for (const [i, one] of inPython('models', files).entries()) {
    const model = models[i]!
    const { tensors, metadata } = one!
    assert.is(metadata!['format'], 'myelin')
    assert.equal(JSON.parse(metadata!['definition']!), JSON.parse(JSON.stringify(model.toJSON())))
    const names = Object.keys(tensors).filter((name) => name.startsWith('layers.'))
    const wanted = model.layers.flatMap((layer, place) =>
      layer
        .getWeights()
        .map(({ data, shape }) => [place, model.dtype === 'float64' ? 'F64' : 'F32', shape, base64(data)]),
    )
    assert.is(names.length, wanted.length)
    const places = names.map((name) => [Number(name.split('.')[1]), ...tensors[name]!])
    const byText = (list: unknown[]): string[] => list.map((item) => JSON.stringify(item)).sort()
    assert.equal(byText(places), byText(wanted))
  }
})

withPython('reads what is written, whatever it is', () => {
  const contents: Content[] = fc.sample(content, 200)
  for (const [i, one] of inPython('contents', contents.map(fileOf)).entries()) {
    const { tensors, metadata } = contents[i]!
    const wanted = tensors.map(({ name, shape, data }) => {
      return [name, [data instanceof Float64Array ? 'F64' : 'F32', shape, base64(data)]]
    })
    assert.equal(one!.tensors, Object.fromEntries(wanted))
    assert.equal(one!.metadata ?? {}, metadata)
  }
})

withPython('accepts what we accept, with the same tensors', async () => {
  const files = fc.sample(fc.tuple(content, damages), 6000).map(([whole, harm]) => damaged(fileOf(whole), harm))
  const accepted: Buffer[] = []
  for (const file of files) if (await headerOf(file)) accepted.push(file)
  assert.ok(accepted.length > 50, `${accepted.length}`)
  for (const [i, one] of inPython('damaged', accepted).entries()) {
    const file = accepted[i]!
    assert.ok(one, file.toString('latin1'))
    const { tensors, metadata } = await readHeader(bytesSource(file, 'the file'))
    const ours = [...tensors].map(([name, { dtype, shape, begin, end }]) => {
      return [name, [dtype, shape, file.subarray(begin, end).toString('base64')]]
    })
    assert.equal(one.tensors, Object.fromEntries(ours))
    assert.equal(one.metadata ?? {}, Object.fromEntries(metadata))
  }
})

test.run()

// Makes dist, or the folder beside it that is named: declarations file by file, the code in a few files, all of them in
// the folder itself so that paths to what lies beside it stay right. Node takes 0.5 ms to find, read and compile a
// module: `import 'myelin'` is twice as fast with a few as with one for each source.
//
//   node scripts/compile.mjs [folder]
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, process.argv[2] ?? 'dist')
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

rmSync(folder, { recursive: true, force: true }) // what an earlier build left would be packed
const types = spawnSync(process.execPath, [tsc, '-p', root, '--outDir', folder], { stdio: 'inherit' })
if (types.status !== 0) process.exit(types.status ?? 1)
await build({
  absWorkingDir: root,
  entryPoints: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  outdir: folder,
  bundle: true,
  splitting: true, // what is imported when it is needed stays apart
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  external: ['../native/index.cjs'],
  charset: 'utf8',
  logLevel: 'warning',
})

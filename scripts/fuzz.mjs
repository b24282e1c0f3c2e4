// Fuzzes what reads files: the native CSV reader with libFuzzer, ASan and UBSan (needs clang++), then npy, IDX and gzip with
// damaged files, and CSV both ways with random ones. `node scripts/fuzz.mjs [seconds]`, 60 by default, for each.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const seconds = Number(process.argv[2] ?? 60)
if (!(seconds > 0)) {
  console.error(`expected a number of seconds, received ${process.argv[2]}`)
  process.exit(2)
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(1)
}

const folder = 'build-fuzz'
run('cmake', [
  '-S',
  '.',
  '-B',
  folder,
  '-DMYELIN_BUILD_FUZZERS=ON',
  '-DCMAKE_CXX_COMPILER=clang++',
  '-DCMAKE_BUILD_TYPE=Release',
])
run('cmake', ['--build', folder, '--target', 'csv_fuzz'])

// The first six bytes: columns - 1, label, delimiter, threads - 1, a sixteenth of the bytes of a piece, bytes of a part - 1.
const seeds = [
  '1,2,3\n4,5,6\n',
  '0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0',
  '1.5,-2e3, 7\r\n\r\n.5,6.,255\n',
  '1,2,x',
  '"1",2,3',
]
const corpus = join(folder, 'corpus')
mkdirSync(join(cwd, corpus), { recursive: true })
for (const [i, text] of seeds.entries()) {
  writeFileSync(
    join(cwd, corpus, `seed-${i}`),
    Buffer.concat([Buffer.of(i === 1 ? 7 : 2, i, 0, 1, 1, 3), Buffer.from(text)]),
  )
}
const limits = ['-max_len=4096', '-rss_limit_mb=1024', '-malloc_limit_mb=64', '-print_final_stats=1']
run(join(cwd, folder, 'csv_fuzz'), [`-max_total_time=${seconds}`, ...limits, corpus])

for (const file of ['test/npy.test.ts', 'test/csv.test.ts']) {
  run(process.execPath, ['--import', 'tsx', file], { MYELIN_FUZZ_SECONDS: String(seconds) })
}

// Makes the API reference from the doc comments: docs/api, which git ignores. Its tools live in docs/, because typedoc
// needs another TypeScript than the package is built with.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs')
const typedoc = join(docs, 'node_modules', 'typedoc', 'bin', 'typedoc')

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: docs, stdio: 'inherit', ...options })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(typedoc)) run('npm', ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' })
run(process.execPath, [typedoc])

// Enforces the dependency rules of the house: which folder may use which, in C++ and TypeScript, sizes and names.
// One line per violation, `file:line: what`; exit status 1 when there are any.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const maxLines = 500
const violations = []
const complain = (file, line, what) => violations.push(`${file}:${line}: ${what}`)

/** All files below the folders, as paths from the root with forward slashes. */
function filesIn(...folders) {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          posix.relative(
            root.replaceAll('\\', '/'),
            join(entry.parentPath ?? entry.path, entry.name).replaceAll('\\', '/'),
          ),
        ),
    )
    .filter((file) => !/(^|\/)(node_modules|\.venv)\//.test(file))
    .sort()
}

const read = (file) => readFileSync(join(root, file), 'utf8')
const lineOf = (text, index) => text.slice(0, index).split('\n').length

// Sizes and names ------------------------------------------------------------------------------------------------

const source = /\.(ts|mts|cts|mjs|cjs|js|cpp|h|py|cmake|txt|md)$/
for (const file of filesIn('native', 'src', 'test', 'scripts', 'bench')) {
  const vague = file.match(/(?:^|\/)(utils?|helpers?|commons?|misc)(?=[./-]|$)/i)
  if (vague) complain(file, 1, `'${vague[1]}' says nothing about what is in it`)
  if (!source.test(file) || file.startsWith('test/golden/') || file.startsWith('bench/results/')) continue
  const lines = read(file).trimEnd().split('\n').length
  if (lines > maxLines) complain(file, lines, `${lines} lines, at most ${maxLines} are allowed`)
}

// C++: addon → engine → kernels → nothing ------------------------------------------------------------------------

const layerOf = (path) => path.match(/^native\/(kernels|engine|addon|test|bench)\//)?.[1]
const mayUse = {
  kernels: ['kernels'],
  engine: ['kernels', 'engine'],
  addon: ['kernels', 'engine', 'addon'],
  test: ['kernels', 'engine', 'test'],
  bench: ['kernels', 'engine', 'bench'],
}
const nativeFiles = filesIn('native').filter((file) => /\.(cpp|h)$/.test(file))
const known = new Set(nativeFiles)

/** The file of ours that an include means, tried beside the includer, then from native/ and from its layers. */
function includedFile(from, name) {
  const places = [posix.dirname(from), 'native', 'native/kernels', 'native/engine', 'native/addon']
  return places.map((place) => posix.normalize(posix.join(place, name))).find((path) => known.has(path))
}

function checkInclude(file, line, name, quoted) {
  const layer = layerOf(file)
  const target = includedFile(file, name)
  if (/^(napi|node_api|js_native_api|uv|node|v8)\b.*\.h$/.test(name) && !target && layer !== 'addon') {
    complain(file, line, `${name} only in native/addon`)
  }
  if (/^(immintrin|arm_neon|\w+intrin|arm_sve)\.h$/.test(name) && layer !== 'kernels') {
    complain(file, line, `${name} only in native/kernels`)
  }
  if (target && layer && !mayUse[layer].includes(layerOf(target))) {
    complain(file, line, `native/${layer} may not include native/${layerOf(target)}: ${name}`)
  }
  // Compiled once per instruction set: an inline function of the standard library in such a file may be kept by the
  // linker for everyone, and then an old CPU meets an instruction it does not have.
  const perIsa = /^native\/kernels\/(isa|simd)\//.test(file) || /^native\/kernels\/.*-inl\.h$/.test(file)
  const allowed = ['stddef.h', 'stdint.h', 'immintrin.h', 'arm_neon.h'].includes(name)
  if (perIsa && !allowed && layerOf(target ?? '') !== 'kernels') {
    complain(file, line, `files compiled per instruction set include no ${quoted ? `"${name}"` : `<${name}>`}`)
  }
  if (quoted && !target && !/^(napi|node_api)/.test(name)) complain(file, line, `"${name}" is no file of native/`)
}

for (const file of nativeFiles) {
  const text = read(file)
  for (const match of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm)) {
    checkInclude(file, lineOf(text, match.index), match[2], match[1] === '"')
  }
}

// TypeScript -----------------------------------------------------------------------------------------------------

/** Every import and re-export of a file: where, what it names, and whether it leaves nothing behind at run time. */
function importsOf(file) {
  const text = read(file)
  const statement = /^[ \t]*(?:import|export)\b(?<head>[^'"`;]*?)(?:\bfrom\s*)?['"](?<name>[^'"\n]+)['"]/gm
  const dynamic = /\b(?:import|require)\(\s*['"](?<name>[^'"\n]+)['"]\s*\)/g
  const found = [...text.matchAll(statement)].filter(({ groups }) => /^\s*$|\b(?:type|from)\b|[{*\w]/.test(groups.head))
  return [...found, ...text.matchAll(dynamic)].map((match) => ({
    line: lineOf(text, match.index + match[0].length),
    name: match.groups.name,
    path: match.groups.name.startsWith('.')
      ? posix.normalize(posix.join(posix.dirname(file), match.groups.name))
      : match.groups.name,
    typeOnly: /^\s*type\b/.test(match.groups.head ?? ''),
  }))
}

const inFolder = (path, folder) => path.startsWith(`src/${folder}/`)
const rules = [
  {
    where: (file) => file.startsWith('src/') && file !== 'src/native.ts',
    forbids: ({ path }) => path.startsWith('native/') || path.endsWith('.node') || path === 'node-gyp-build',
    says: 'only src/native.ts loads the addon',
  },
  {
    where: (file) => file.startsWith('src/'),
    forbids: ({ path }) => path.startsWith('.') || /^(test|scripts|bench)\//.test(path),
    says: 'src imports nothing from outside src',
  },
  {
    where: (file) => inFolder(file, 'define'),
    forbids: ({ path, typeOnly }) =>
      path.startsWith('src/') &&
      !inFolder(path, 'define') &&
      !['src/errors.ts', 'src/validate.ts'].includes(path) &&
      !(path === 'src/native.ts' && typeOnly),
    says: 'src/define imports only define/, errors, validate and types of native',
  },
  {
    where: (file) => inFolder(file, 'data'),
    forbids: ({ path }) => ['src/model.ts', 'src/fit.ts'].includes(path),
    says: 'src/data does not know model or fit',
  },
  {
    where: (file) => file.startsWith('src/') && file !== 'src/index.ts',
    forbids: ({ path }) => path === 'src/index.ts',
    says: 'src/index.ts is for those outside: import the file that owns the name',
  },
  {
    where: (file) => /^(scripts|bench)\//.test(file),
    forbids: ({ path }) => path.startsWith('native/') || (path.startsWith('src/') && path !== 'src/index.ts'),
    says: 'scripts, lessons and benches use the public API alone, src/index.ts',
  },
]

const code = filesIn('src', 'scripts', 'bench').filter((file) => /\.(ts|mts|mjs|cjs)$/.test(file))
const importGraph = new Map(code.map((file) => [file, importsOf(file)]))
for (const [file, imports] of importGraph) {
  for (const one of imports) {
    for (const { where, forbids, says } of rules) {
      if (where(file) && forbids(one)) complain(file, one.line, `'${one.name}': ${says}`)
    }
  }
}

/** Depth first over imports that exist at run time; a file met again on the way down closes a circle. */
function findCycles() {
  const finished = new Set()
  const way = []
  const visit = (file) => {
    if (finished.has(file)) return
    way.push(file)
    for (const { path, line, typeOnly } of importGraph.get(file) ?? []) {
      if (typeOnly || !importGraph.has(path)) continue
      const start = way.indexOf(path)
      if (start >= 0) complain(file, line, `imports go in a circle: ${[...way.slice(start), path].join(' → ')}`)
      else visit(path)
    }
    way.pop()
    finished.add(file)
  }
  for (const file of importGraph.keys()) visit(file)
}
findCycles()

if (violations.length > 0) {
  console.error(violations.join('\n'))
  process.exitCode = 1
}

// Makes a checkout ready to run: installed packages and a built addon. Does nothing, silently, when both are in place.
// Runs before `npm start`, `npm test` and `npm run bench`, so Node built-ins only.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const addon = join(root, 'build', 'Release', 'myelin.node')
const windows = process.platform === 'win32'

function fail(line) {
  console.error(`myelin: ${line}`)
  process.exit(1)
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1
}

function packagesOf(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
}

/** What npm noted down when it installed says the same as the lockfile; optional packages may be of another platform. */
function packagesAreInstalled() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false
  const installed = packagesOf('node_modules/.package-lock.json')
  return Object.entries(packagesOf('package-lock.json')).every(
    ([path, { version, integrity, optional }]) =>
      path === '' ||
      (installed[path]
        ? installed[path].version === version && installed[path].integrity === integrity
        : optional === true),
  )
}

function installPackages() {
  console.error('myelin: installing packages')
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund']
  const npm = process.env.npm_execpath
  const status = npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args, { shell: windows }) // npm is a .cmd file on Windows
  if (status !== 0) fail('expected `npm ci` to succeed; its own message is above')
}

/** The newest change of anything the addon is built from. */
function newestSource() {
  const sources = readdirSync(join(root, 'native'), { recursive: true })
    .filter((path) => !/^(test|bench)\b/.test(path) && /\.(cpp|h|map|cmake)$/.test(path))
    .map((path) => join(root, 'native', path))
  return Math.max(...[...sources, join(root, 'CMakeLists.txt')].map((path) => statSync(path).mtimeMs))
}

function found(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore', shell: windows }).status === 0
}

/** The compiler's own files on Windows are found by CMake; `vswhere` tells whether there are any. */
function hasCompiler() {
  if (process.env.CXX) return found(process.env.CXX)
  if (!windows) return ['c++', 'g++', 'clang++'].some((command) => found(command))
  const vswhere = join(
    process.env['ProgramFiles(x86)'] ?? 'C:/Program Files (x86)',
    'Microsoft Visual Studio/Installer/vswhere.exe',
  )
  const wanted = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'
  return (
    spawnSync(vswhere, ['-latest', '-products', '*', '-requires', wanted], {
      encoding: 'utf8',
    }).stdout?.trim() !== ''
  )
}

function installCommand() {
  if (process.platform === 'darwin') return { compiler: 'xcode-select --install', cmake: 'brew install cmake' }
  if (windows) {
    const tools = 'Microsoft.VisualStudio.2022.BuildTools'
    const workload = '--override "--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
    return { compiler: `winget install ${tools} ${workload}`, cmake: 'winget install Kitware.CMake' }
  }
  if (found('apt-get'))
    return { compiler: 'sudo apt-get install -y build-essential', cmake: 'sudo apt-get install -y cmake' }
  if (found('dnf')) return { compiler: 'sudo dnf install -y gcc-c++ make', cmake: 'sudo dnf install -y cmake' }
  if (found('apk')) return { compiler: 'sudo apk add build-base', cmake: 'sudo apk add cmake' }
  if (found('pacman')) return { compiler: 'sudo pacman -S base-devel', cmake: 'sudo pacman -S cmake' }
  return { compiler: "your system's package for g++ and make", cmake: "your system's package for cmake" }
}

function buildAddon() {
  if (!hasCompiler()) fail(`needs a C++ compiler, and found none; install one with:  ${installCommand().compiler}`)
  if (!windows && !found('make') && !found('ninja'))
    fail(`needs make or ninja, and found neither; install it with:  ${installCommand().compiler}`)
  if (!found('cmake')) fail(`needs CMake, and found none; install it with:  ${installCommand().cmake}`)
  console.error('myelin: building the addon')
  const started = new Date()
  const cmakeJs = join(dirname(createRequire(import.meta.url).resolve('cmake-js/package.json')), 'bin', 'cmake-js')
  // A build folder that came with a copied checkout names files of the other place.
  const cache = join(root, 'build', 'CMakeCache.txt')
  const ours =
    existsSync(cache) &&
    readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${root.replaceAll('\\', '/')}\n`)
  const command = ours ? 'compile' : 'rebuild'
  const status = run(process.execPath, [cmakeJs, command, '--config', 'Release', '--log-level', 'warn'])
  if (status !== 0 || !existsSync(addon)) fail('expected the addon to build; what stopped it is above')
  utimesSync(addon, started, started) // a build that had nothing to do leaves the old time, and would be asked again
}

if (!packagesAreInstalled()) installPackages()
if (!existsSync(addon) || statSync(addon).mtimeMs < newestSource()) buildAddon()

// Builds the addon for this machine into prebuilds/<platform>-<arch>, from where an installed package loads it.
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import prebuildify from 'prebuildify'

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const shim = join(cwd, 'scripts', 'cmake-js-shim.cjs')
const target = join(cwd, 'prebuilds', `${process.platform}-${process.arch}`)

rmSync(target, { recursive: true, force: true }) // prebuildify leaves what an earlier run put there
prebuildify(
  {
    cwd,
    napi: true,
    strip: process.platform === 'linux',
    tagLibc: process.platform === 'linux', // an untagged file would also be offered to Alpine
    shell: true,
    nodeGyp: `"${process.execPath}" "${shim}"`,
  },
  (error) => {
    // prebuildify moves the file out of build/Release; what is left there would be taken for a build
    rmSync(join(cwd, 'build'), { recursive: true, force: true })
    if (error || !existsSync(target)) {
      console.error(`myelin: expected a prebuilt addon in ${target}: ${error?.message ?? 'none was made'}`)
      process.exitCode = 1
    } else {
      console.log(`prebuilt: ${target}`)
    }
  },
)

// Loads the addon: a build of this machine first, then a prebuilt one. The call stays in this form, in one file
// beside both src and dist, because file tracers find the binary by it.
'use strict'
const path = require('node:path')

const root = path.join(__dirname, '..')
try {
  module.exports = require('node-gyp-build')(root)
} catch (cause) {
  const platform = `${process.platform}-${process.arch}, Node ${process.versions.node}`
  const error = new Error(
    `expected the native addon of myelin for ${platform}, found none that loads. ` +
      'There may be no prebuilt one for this platform: in a checkout, `node scripts/setup.mjs` builds it. ' +
      `The loader said: ${cause.message}`,
    { cause },
  )
  error.name = 'MyelinError'
  error.code = 'ERR_NATIVE_LOAD'
  throw error
}

#!/usr/bin/env node
// Stands in for node-gyp when prebuildify builds: hands the call on to cmake-js. Node-API needs neither the
// --target nor the --devdir that prebuildify passes. See prebuild/prebuildify#49.
'use strict'
const { spawnSync } = require('node:child_process')
const path = require('node:path')

const given = process.argv.slice(2)
const arch = given.find((argument) => argument.startsWith('--arch='))?.slice('--arch='.length)
const cmakeJs = path.join(path.dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js')
const args = [cmakeJs, 'rebuild', '--config', given.includes('--debug') ? 'Debug' : 'Release']
if (arch) args.push('--arch', arch)
if (process.env.CMAKE_JS_ARGS) args.push(...process.env.CMAKE_JS_ARGS.split(/\s+/).filter(Boolean))
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1)

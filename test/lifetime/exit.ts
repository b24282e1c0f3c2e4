/** Leaves with process.exit() in the middle of a fit, after as many milliseconds as its argument says. */
import { dataset, FOREVER, net } from './net.ts'

const fit = net().fit(dataset(), { epochs: FOREVER, threads: 2 })
fit.catch((error: unknown) => console.error(error))
console.log('fitting')
const delayMs = Number(process.argv[2])
if (delayMs === 0) process.exit()
setTimeout(() => process.exit(), delayMs)

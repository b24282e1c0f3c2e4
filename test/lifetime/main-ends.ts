/** The last line of the program runs while a fit is pending: the process must live until the fit is done. */
import { dataset, net } from './net.ts'

const model = net()
model.fit(dataset(), { epochs: 30 }).then(({ epoch }) => console.log(`${epoch.length} epochs`))
process.on('exit', () => console.log('exit'))
console.log('last line')

/** The report in a real browser, headless: nothing asked of the network, nothing wider than a phone, words for all charts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Dataset, layers, report, sequential } from '../../src/index.ts'
import { Chromium, findChromium } from './chromium.ts'

/** The lower of the contrasts (WCAG 2) of the page's two colours of text with page and card. */
const CONTRAST = `(() => {
  const rgb = (name) => {
    const probe = document.createElement('i')
    probe.style.color = 'var(' + name + ')'
    document.body.append(probe)
    const parts = getComputedStyle(probe).color.match(/[0-9.]+/g).map(Number)
    probe.remove()
    return parts
  }
  const light = (name) => {
    const [r, g, b] = rgb(name).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  const pairs = ['--text', '--faint'].flatMap((text) => ['--page', '--card'].map((back) => contrast(text, back)))
  return Math.min(...pairs)
})()`

interface Node {
  readonly role?: { readonly value: string }
  readonly name?: { readonly value: string }
}

const chromium = findChromium()
if (!chromium) console.log('  left out: no chromium on the PATH (apt-get install chromium)')

const test = suite('browser/report')
const when = chromium ? test : test.skip
let folder = ''
let browser: Chromium
const pages = new Map<string, string>()

async function write(name: string, features: number, classes: number): Promise<void> {
  const model = sequential({
    seed: 1,
    layers: [
      layers.dense({ units: 40, activation: 'relu', inputShape: [features] }),
      layers.batchNormalization({ name: 'a_layer_with_a_name_that_is_longer_than_a_phone_is_wide' }),
      classes > 1 ? layers.dense({ units: classes, activation: 'softmax' }) : layers.dense({ units: 1 }),
    ],
  })
  const loss = classes > 1 ? 'categoricalCrossentropy' : 'meanSquaredError'
  model.compile({ optimizer: 'adam', loss, metrics: classes > 1 ? ['accuracy'] : ['meanAbsoluteError'] })
  const x = Array.from({ length: 400 }, (_, i) => Array.from({ length: features }, (_, j) => Math.sin(i + j * j)))
  const data = Dataset.from(x, classes > 1 ? x.map((_, i) => (i * i) % classes) : x.map(([a]) => a! / 3))
  const history = await model.fit(data, { epochs: 12, validationSplit: 0.2 })
  const path = join(folder, `${name}.html`)
  await report(model, history, data, { path })
  pages.set(name, pathToFileURL(path).href)
}

test.before(async () => {
  if (!chromium) return
  folder = await mkdtemp(join(tmpdir(), 'myelin-report-'))
  await write('images', 784, 10)
  await write('table', 5, 3)
  await write('values', 5, 1)
  browser = await Chromium.start(chromium)
})
test.after(async () => {
  if (!chromium) return
  await browser.close()
  await rm(folder, { recursive: true })
})

when('no request leaves the page, its policy stops nothing it needs, its pictures are whole', async () => {
  for (const url of pages.values()) {
    browser.events.length = 0
    await browser.open(url)
    const asked = browser.events
      .filter(({ method }) => method === 'Network.requestWillBeSent')
      .map(({ params }) => (params.request as { url: string }).url)
    assert.equal(
      asked.filter((address) => !address.startsWith('data:')),
      [url],
    )
    const said = browser.events.filter(({ method }) => /^(Log.entryAdded|Runtime.exceptionThrown)$/.test(method))
    assert.equal(said, [])
    assert.is(await browser.ask('[...document.images].filter((image) => image.naturalWidth === 0).length'), 0)
  }
})

when('at 400 pixels nothing is wider than the page and no text is tiny, light and dark', async () => {
  for (const [name, url] of pages) {
    for (const scheme of ['light', 'dark'] as const) {
      await browser.look(400, 900, scheme)
      await browser.open(url)
      assert.is(await browser.ask('document.documentElement.scrollWidth'), 400, name)
      const smallest = `Math.min(...[...document.querySelectorAll('figure text')].map((text) => text.getBoundingClientRect().height))`
      assert.ok(((await browser.ask(smallest)) as number) > 9, `${name}: ${await browser.ask(smallest)}`)
      assert.ok(((await browser.ask(CONTRAST)) as number) >= 4.5, `${scheme}: ${await browser.ask(CONTRAST)}`)
    }
  }
  const page = `getComputedStyle(document.body).backgroundColor`
  const dark = await browser.ask(page)
  await browser.look(400, 900, 'light')
  assert.is.not(await browser.ask(page), dark)
})

when('a screen reader finds words for each chart, and tables with heads', async () => {
  for (const [name, url] of pages) {
    await browser.open(url)
    const { nodes } = (await browser.call('Accessibility.getFullAXTree')) as unknown as { nodes: Node[] }
    const figures = (await browser.ask(`document.querySelectorAll('figure[class]').length`)) as number
    const images = nodes.filter(({ role }) => role?.value === 'image' || role?.value === 'img')
    assert.ok(figures > 4 && images.length >= figures, `${name}: ${images.length} of ${figures}`)
    for (const image of images) assert.ok((image.name?.value ?? '').length > 15, `${name}: '${image.name?.value}'`)
    assert.ok(nodes.some(({ role }) => role?.value === 'columnheader'))
    assert.ok(nodes.some(({ role }) => role?.value === 'rowheader'))
    assert.is(await browser.ask('document.querySelectorAll("h1").length'), 1)
  }
})

test.run()

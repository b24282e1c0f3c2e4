/**
 * A headless Chromium for tests, spoken to through a pipe (the DevTools protocol): enough to open a page and ask it things.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

type Message = Readonly<Record<string, unknown>>

/** The program's name on the PATH, or undefined. CHROMIUM names another. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const named = process.env.CHROMIUM
  return (named ? [named] : names).find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
}

export class Chromium {
  readonly #child: ChildProcess
  readonly #input: Writable
  readonly #profile: string
  readonly #waiting = new Map<number, { resolve: (result: Message) => void; reject: (error: Error) => void }>()
  #session: string | undefined
  #count = 0
  #received = ''
  /** What the browser told without being asked, in order: `method` and `params`. */
  readonly events: { readonly method: string; readonly params: Message }[] = []

  private constructor(program: string, profile: string) {
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--no-first-run']
    this.#profile = profile
    this.#child = spawn(program, [...args, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.#input = this.#child.stdio[3] as Writable
    const output = this.#child.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (text: string) => this.#receive(text))
  }

  static async start(program: string): Promise<Chromium> {
    const browser = new Chromium(program, await mkdtemp(join(tmpdir(), 'myelin-chromium-')))
    const { targetId } = await browser.call('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await browser.call('Target.attachToTarget', { targetId, flatten: true })
    browser.#session = sessionId as string
    for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Accessibility']) await browser.call(`${domain}.enable`)
    return browser
  }

  call(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#count
    const session = this.#session === undefined ? {} : { sessionId: this.#session }
    this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  /** Opens a page and waits until it and its pictures are there. */
  async open(url: string): Promise<void> {
    const loads = (): number => this.events.filter(({ method }) => method === 'Page.loadEventFired').length
    const before = loads()
    await this.call('Page.navigate', { url })
    while (loads() === before) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  async look(width: number, height: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 })
    await this.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  }

  /** The value of an expression in the page. */
  async ask(expression: string): Promise<unknown> {
    const { result } = await this.call('Runtime.evaluate', { expression, returnByValue: true })
    return (result as Message).value
  }

  /** The whole page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: true })
    return Buffer.from(data as string, 'base64')
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  #receive(text: string): void {
    const messages = (this.#received + text).split('\0')
    this.#received = messages.pop()!
    for (const message of messages) this.#take(JSON.parse(message))
  }

  #take({ id, result, error, method, params }: Message): void {
    if (typeof id !== 'number') {
      this.events.push({ method: method as string, params: params as Message })
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(JSON.stringify(error)))
    else waiting?.resolve(result as Message)
  }
}

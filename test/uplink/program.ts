import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = resolve(import.meta.dirname, '../..')
const START_MS = 60_000

/** One of our programs, which can be killed and started again on what it left. */
export class Program implements AsyncDisposable {
  readonly #words: readonly string[]
  readonly #environment: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  readonly errors: string[] = []
  /** Of its line `ready mqtt=… http=…`. */
  addresses: Readonly<Record<string, string>> = {}

  /** `words[0]` is a file of this repository, or a path. */
  static async start(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Program> {
    const program = new Program(words, environment)
    await program.start()
    return program
  }

  private constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#words = words
    this.#environment = environment
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  async start(): Promise<void> {
    const [file = '', ...rest] = this.#words
    const child = spawn(process.execPath, [resolve(ROOT, file), ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#environment },
    })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.errors.push(text))
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('ready ')) continue
      this.addresses = Object.fromEntries(
        line
          .split(' ')
          .slice(1)
          .map((word) => word.split('=') as [string, string]),
      )
      break
    }
    clearTimeout(late)
    if (this.addresses['http'] === undefined)
      throw new Error(`${file} did not start: ${this.errors.join('')}`)
    child.stdout.resume()
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async text(path: string): Promise<string> {
    try {
      return await (await fetch(`http://${this.addresses['http']}${path}`)).text()
    } catch (cause) {
      throw new Error(`${this.#words.join(' ')} ${path}: ${this.errors.join('')}`, { cause })
    }
  }

  async get(path: string): Promise<unknown> {
    return JSON.parse(await this.text(path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
    child.kill(signal)
    await once(child, 'exit')
    clearTimeout(late)
  }
}

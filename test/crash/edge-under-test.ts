import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Address, parseAddress } from '../../src/core/address.ts'

export interface EdgeAddresses {
  readonly mqtt: Address
  readonly http: Address
}

export interface EdgeOptions {
  readonly directory: string
  /** A site file; the open one where none is given. */
  readonly site?: string
  readonly environment?: Readonly<Record<string, string>>
}

const ROOT = new URL('../../', import.meta.url)
const LEASH = new URL('src/cli/demo/leash.ts', ROOT).href
const HASTE = new URL('haste.ts', import.meta.url).href
const OPEN = fileURLToPath(new URL('examples/open.yaml', ROOT))
const STOP_MS = 60_000

/** A real edge in a process of its own, to be killed at any moment. It ends with us, however we end. */
export class EdgeUnderTest {
  /** Undefined: it ended before it was ready. */
  readonly ready: Promise<EdgeAddresses | undefined>
  readonly ended: Promise<void>
  /** From the start to `ready`, once it is. */
  startMs = 0
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  #complaint = ''

  constructor({ directory, site = OPEN, environment = {} }: EdgeOptions) {
    const startedMs = performance.now()
    const main = fileURLToPath(new URL('src/cli/main.ts', ROOT))
    const words = ['--site', site, '--data', directory]
    const anyPort = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    const ahead = ['--import', LEASH, '--import', HASTE]
    this.#child = spawn(process.execPath, [...ahead, main, 'edge', ...words, ...anyPort], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    const kill = (): boolean => this.#child.kill('SIGKILL')
    process.prependListener('exit', kill)
    this.#child.once('exit', () => process.off('exit', kill))
    this.#child.stdin.on('error', () => {})
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2000)
    })
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', () => resolve())
    })
    this.ready = new Promise((resolve) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const [, mqtt, http] = /^ready mqtt=(\S+) http=(\S+)$/.exec(line) ?? []
        if (mqtt === undefined || http === undefined) return
        this.startMs = performance.now() - startedMs
        resolve({ mqtt: parseAddress(mqtt, '--mqtt'), http: parseAddress(http, '--http') })
      })
      this.ended.finally(() => resolve(undefined)).catch(() => {})
    })
  }

  /** What it wrote to its standard error, and how it ended if it did. */
  get words(): string {
    const { exitCode, signalCode } = this.#child
    return `${this.#complaint} (exit code ${exitCode}, signal ${signalCode})`
  }

  /** As a supervisor does. */
  askToStop(): void {
    this.#child.kill('SIGTERM')
  }

  async stop(): Promise<void> {
    this.askToStop()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await this.ended
    clearTimeout(timer)
    if (this.#child.exitCode !== 0) throw new Error('the edge did not stop as it was asked to')
  }

  /** -9. It says whether the edge lived until then. */
  async kill(): Promise<'killed' | 'ended before'> {
    this.#child.kill('SIGKILL')
    await this.ended
    return this.#child.signalCode === 'SIGKILL' ? 'killed' : 'ended before'
  }
}

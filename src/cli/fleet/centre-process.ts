import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { GridError } from '../../core/errors.ts'

const LEASH = new URL('../demo/leash.ts', import.meta.url).href
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** A centre of the fleet's own, which can be killed and started again on what it left. */
export class CentreProcess {
  readonly #words: readonly string[]
  #child: ChildProcess | undefined
  mqtt = '127.0.0.1:0'
  http = '127.0.0.1:0'

  /** `words`: where its database is, and its broker if it is another program. */
  static async start(words: readonly string[]): Promise<CentreProcess> {
    const centre = new CentreProcess(words)
    await centre.start()
    return centre
  }

  private constructor(words: readonly string[]) {
    this.#words = words
  }

  /** Where it was before, if it was. */
  async start(): Promise<void> {
    const isOwnBroker = !this.#words.includes('--broker')
    const places = [...(isOwnBroker ? ['--mqtt', this.mqtt] : []), '--http', this.http]
    // It ends when we are gone, however that was.
    const args = ['--import', LEASH, ...process.execArgv, MAIN, 'centre', ...this.#words, ...places]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => {})
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      const [, , mqtt = '', http = ''] = /^ready( mqtt=(\S+))? http=(\S+)/.exec(line) ?? []
      if (http === '') continue
      this.mqtt = mqtt
      this.http = http
      child.stdout.resume()
      return
    }
    throw new GridError('unreachable', 'the centre of the fleet ended before it was ready')
  }

  async restart(): Promise<void> {
    await this.#end('SIGKILL')
    await this.start()
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Resident memory at its highest (Linux); undefined: not known. */
  get peakMb(): number | undefined {
    const found = /VmHWM:\s+(\d+) kB/.exec(this.#read('status') ?? '')?.[1]
    return found === undefined ? undefined : Math.round(Number(found) / 1024)
  }

  /** Processor time of all its threads so far (Linux). */
  get cpuSeconds(): number | undefined {
    const fields = this.#read('stat')?.split(') ')[1]?.split(' ')
    return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  }

  #read(what: 'status' | 'stat'): string | undefined {
    try {
      return readFileSync(`/proc/${this.#child?.pid}/${what}`, 'utf8')
    } catch {
      return undefined
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}

/** Of the kernel, on every architecture that there is. */
const TICKS_PER_SECOND = 100

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type Address, formatAddress, parseAddress } from '../../src/core/address.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const START_MS = 30_000

interface Launch {
  readonly directory: string
  readonly siteFile: string
  readonly listenerCount: number
}

export interface Account {
  readonly device: string
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  readonly inFlight: number
}

/** `busbar edge` in a process of its own on free ports, with a folder that goes when it stops. */
export class TestedEdge implements AsyncDisposable {
  readonly mqtt: Address
  readonly http: Address
  /** Listeners of the site file, by the names they have there. */
  readonly listeners: ReadonlyMap<string, Address>
  readonly directory: string
  readonly #child: ChildProcess
  readonly #errors: string[]
  readonly #startMb: number

  readonly #launch: Launch

  /** `site`: the text of a site file, with so many listeners; without it the open one of the examples. */
  static async start(site?: string, listenerCount = 0): Promise<TestedEdge> {
    const directory = mkdtempSync(join(tmpdir(), 'busbar-test-'))
    let siteFile = join(ROOT, 'examples/open.yaml')
    if (site !== undefined) {
      siteFile = join(directory, 'site.yaml')
      writeFileSync(siteFile, site)
    }
    return TestedEdge.#start({ directory, siteFile, listenerCount })
  }

  static async #start(launch: Launch): Promise<TestedEdge> {
    const { directory, siteFile, listenerCount } = launch
    const edge = ['edge', '--site', siteFile, '--data', join(directory, 'data')]
    const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...edge, ...ports], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const errors: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    const ready = new Map<string, Address>()
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('ready ')) continue
      for (const [, name = '', text = ''] of line.matchAll(/(\w+)=(\S+)/g)) {
        ready.set(name, parseAddress(text, name))
      }
      if (ready.size === 2 + listenerCount) break
    }
    const [mqtt, http] = [ready.get('mqtt'), ready.get('http')]
    if (mqtt !== undefined && http !== undefined) {
      clearTimeout(late)
      return new TestedEdge(child, errors, { mqtt, http, listeners: ready, launch })
    }
    clearTimeout(late)
    rmSync(directory, { recursive: true, force: true })
    throw new Error(`the edge ended before it was ready: ${errors.join('')}`)
  }

  private constructor(
    child: ChildProcess,
    errors: string[],
    facts: Pick<TestedEdge, 'mqtt' | 'http' | 'listeners'> & { readonly launch: Launch },
  ) {
    this.#child = child
    this.#errors = errors
    this.mqtt = facts.mqtt
    this.http = facts.http
    this.listeners = facts.listeners
    this.directory = facts.launch.directory
    this.#launch = facts.launch
    this.#startMb = this.residentMb()
  }

  /** Ends it with kill -9 and starts the next one on its folder, to which something may be done meanwhile. */
  async kill(meanwhile: () => void = () => {}): Promise<TestedEdge> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    meanwhile()
    return TestedEdge.#start(this.#launch)
  }

  get url(): string {
    return `mqtt://${formatAddress(this.mqtt)}`
  }

  /** The same, for whoever comes from 127.0.0.`host`: all of them are this machine where it runs Linux. */
  mqttFrom(host: number): Address & { readonly localAddress: string } {
    return { ...this.mqtt, localAddress: `127.0.0.${host}` }
  }

  /** Where a listener of the site file is. */
  listener(name: string): Address {
    const address = this.listeners.get(name)
    if (address === undefined) throw new Error(`the edge has no listener ${name}`)
    return address
  }

  /** What it said on its standard error, which then is no failure of the test. */
  takeErrors(): string {
    return this.#errors.splice(0).join('')
  }

  async health(): Promise<{ readonly status: string; readonly problems: readonly string[] }> {
    const response = await fetch(`http://${formatAddress(this.http)}/healthz`)
    return (await response.json()) as { status: string; problems: string[] }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resident memory; 0 where the system does not tell. */
  residentMb(): number {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    } catch {
      return 0
    }
  }

  /** What it has taken since it was ready. */
  grownMb(): number {
    return this.residentMb() - this.#startMb
  }

  async metrics(): Promise<Map<string, number>> {
    const text = await (await fetch(`http://${formatAddress(this.http)}/metrics`)).text()
    const found = new Map<string, number>()
    for (const line of text.split('\n')) {
      const match = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line)
      if (match !== null) found.set(match[1] ?? '', Number(match[2]))
    }
    return found
  }

  /** The account of a device once nothing of it is on its way any more. */
  async account(device: string): Promise<Account | undefined> {
    const url = `http://${formatAddress(this.http)}/api/v1/ledger?device=${encodeURIComponent(device)}`
    for (let attempt = 0; ; attempt++) {
      const { devices } = (await (await fetch(url)).json()) as { devices: Account[] }
      const [account] = devices
      if (account === undefined || account.inFlight === 0 || attempt === 100) return account
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Rows of the journal, read beside the edge. */
  rows(sql: string, ...values: readonly (string | number)[]): readonly Record<string, unknown>[] {
    const db = new DatabaseSync(join(this.directory, 'data', 'journal.db'), { readOnly: true })
    try {
      return db.prepare(sql).all(...values)
    } finally {
      db.close()
    }
  }

  /** Ends it; what it said on the way, or an exit code that is not 0, is a failure of the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      if (this.isRunning) this.#child.once('exit', () => resolve())
      else resolve()
    })
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 15_000)
    this.#child.kill('SIGTERM')
    await ended
    clearTimeout(late)
    rmSync(this.directory, { recursive: true, force: true })
    const said = this.#errors.join('')
    const { exitCode, signalCode } = this.#child
    if (exitCode === 0 && said === '') return
    throw new Error(`the edge ended with ${signalCode ?? exitCode}: ${said}`)
  }
}

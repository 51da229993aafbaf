import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Address, parseAddress } from '../../core/address.ts'
import { GridError } from '../../core/errors.ts'
import { type BenchSite, type SiteWishes, writeSite } from './site.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

const OPEN: SiteWishes = { tls: false, access: false }

export interface EdgeOptions {
  /** Its data folder; one of its own that goes with it unless one is given. */
  readonly directory?: string
  readonly site?: SiteWishes
}

/** A real edge in a process of its own, on free ports. */
export class EdgeProcess {
  /** Where devices connect, over TLS if that was asked for. */
  readonly mqtt: Address
  readonly site: BenchSite
  readonly http: Address
  readonly directory: string
  /** From the start of the process to the line that says it accepts connections. */
  readonly startMs: number
  readonly #child: ChildProcess
  readonly #ownsDirectory: boolean

  static async start({ directory, site = OPEN }: EdgeOptions = {}): Promise<EdgeProcess> {
    const folder = directory ?? mkdtempSync(join(tmpdir(), 'busbar-bench-'))
    const written = writeSite(folder, site)
    const startedMs = performance.now()
    const words = `--site ${written.path} --mqtt 127.0.0.1:0 --http 127.0.0.1:0`
    const args = [MAIN, 'edge', '--data', folder, ...words.split(' ')]
    const child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ready = new Map<string, string>()
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('ready ')) continue
      for (const [, name = '', text = ''] of line.matchAll(/(\w+)=(\S+)/g)) ready.set(name, text)
      const mqtt = ready.get(site.tls ? 'tls' : 'mqtt')
      if (mqtt === undefined) continue
      return new EdgeProcess(child, {
        mqtt: parseAddress(mqtt, '--mqtt'),
        http: parseAddress(ready.get('http') ?? '', '--http'),
        site: written,
        directory: folder,
        startMs: performance.now() - startedMs,
        ownsDirectory: directory === undefined,
      })
    }
    throw new GridError('unreachable', 'the edge to be measured ended before it was ready')
  }

  private constructor(child: ChildProcess, facts: EdgeFacts) {
    this.#child = child
    this.mqtt = facts.mqtt
    this.http = facts.http
    this.site = facts.site
    this.directory = facts.directory
    this.startMs = facts.startMs
    this.#ownsDirectory = facts.ownsDirectory
  }

  /** Processor time of all its threads so far, from the scheduler's own account (Linux). */
  cpuSeconds(): number {
    const tasks = `/proc/${this.#child.pid}/task`
    let nanos = 0
    for (const task of readdirSync(tasks)) {
      nanos += Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0])
    }
    return nanos / 1e9
  }

  /** Resident memory, now or at its highest. */
  residentMb(what: 'now' | 'peak'): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    const key = what === 'now' ? 'VmRSS' : 'VmHWM'
    return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await ended
    if (this.#ownsDirectory) rmSync(this.directory, { recursive: true, force: true })
  }
}

interface EdgeFacts {
  readonly mqtt: Address
  readonly http: Address
  readonly site: BenchSite
  readonly directory: string
  readonly startMs: number
  readonly ownsDirectory: boolean
}

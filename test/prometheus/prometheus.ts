import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const START_MS = 30_000

/** A reason to skip where Debian's package `prometheus` is not installed. */
export function missing(): string | false {
  const isThere =
    spawnSync('prometheus', ['--version']).error === undefined &&
    spawnSync('promtool', ['--version']).error === undefined
  return isThere ? false : 'prometheus and promtool are not here (package prometheus)'
}

export interface Answer {
  readonly status: string
  readonly error?: string
  readonly warnings?: readonly string[]
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly value?: readonly [number, string]
      readonly values?: readonly (readonly [number, string])[]
    }[]
  }
}

/** A stock Prometheus on a free port, with a folder that goes when it stops. */
export class Prometheus implements AsyncDisposable {
  readonly address: string
  readonly #child: ChildProcess
  readonly #directory: string
  #log = ''

  /** `config` is its prometheus.yml; `openMetrics` is what its own storage holds from the start. */
  static async start(config: string, openMetrics?: string): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'busbar-prometheus-'))
    const data = join(directory, 'data')
    writeFileSync(join(directory, 'prometheus.yml'), config)
    if (openMetrics !== undefined) {
      writeFileSync(join(directory, 'samples'), openMetrics)
      const words = ['tsdb', 'create-blocks-from', 'openmetrics', join(directory, 'samples'), data]
      const { status, stderr } = spawnSync('promtool', words, { encoding: 'utf8' })
      if (status !== 0) throw new Error(`promtool: ${stderr}`)
    }
    const prometheus = new Prometheus(directory, `127.0.0.1:${await freePort()}`)
    await prometheus.#untilReady()
    return prometheus
  }

  private constructor(directory: string, address: string) {
    this.address = address
    this.#directory = directory
    this.#child = spawn(
      'prometheus',
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=${address}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text))
  }

  async query(words: Readonly<Record<string, string>>): Promise<Answer> {
    const path = words['start'] === undefined ? 'query' : 'query_range'
    const url = `http://${this.address}/api/v1/${path}?${String(new URLSearchParams(words))}`
    return (await (await fetch(url)).json()) as Answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #untilReady(): Promise<void> {
    for (let waitedMs = 0; waitedMs < START_MS; waitedMs += 50) {
      const { exitCode } = this.#child
      if (exitCode !== null) break
      const ready = await fetch(`http://${this.address}/-/ready`).catch(() => undefined)
      if (ready?.ok === true) return
      await pause(50)
    }
    await this[Symbol.asyncDispose]()
    throw new Error(`prometheus did not start: ${this.#log}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

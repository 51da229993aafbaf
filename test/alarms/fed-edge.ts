import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Interface, createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type IClientOptions, type MqttClient, connectAsync } from 'mqtt'
import type { AlarmInfo } from '../../src/alarms/alarm-info.ts'
import type { AlarmEvent } from '../../src/alarms/ports.ts'

const PROCESS = fileURLToPath(new URL('fed-edge-process.ts', import.meta.url))
const PATIENCE_MS = 10_000

/** An edge in a process of its own that is given events by a test. */
export class FedEdge implements AsyncDisposable {
  readonly directory: string
  readonly siteFile: string
  mqtt = ''
  url = ''
  #child: ChildProcessByStdio<Writable, Readable, Readable>
  #lines: Interface
  errors = ''

  /** `prepare` puts files beside the site file. */
  static async start(
    site: string,
    prepare: (directory: string) => void = () => {},
  ): Promise<FedEdge> {
    const directory = mkdtempSync(join(tmpdir(), 'busbar-alarms-'))
    const siteFile = join(directory, 'site.yaml')
    writeFileSync(siteFile, site)
    prepare(directory)
    const edge = new FedEdge(directory, siteFile)
    await edge.#ready()
    return edge
  }

  private constructor(directory: string, siteFile: string) {
    this.directory = directory
    this.siteFile = siteFile
    this.#child = this.#spawn()
    this.#lines = createInterface({ input: this.#child.stdout })
  }

  get data(): string {
    return join(this.directory, 'data')
  }

  async feed(...events: readonly AlarmEvent[]): Promise<void> {
    const taken = once(this.#lines, 'line')
    this.#child.stdin.write(`${JSON.stringify(events)}\n`)
    assert.deepEqual(await taken, ['taken'])
  }

  /** kill -9, and another one on what it left. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
    this.#child = this.#spawn()
    this.#lines = createInterface({ input: this.#child.stdout })
    await this.#ready()
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(`${this.url}${path}`)).json()
  }

  async list(query = ''): Promise<readonly AlarmInfo[]> {
    const { alarms } = (await this.get(`/api/v1/alarms${query}`)) as { alarms: AlarmInfo[] }
    return alarms
  }

  async post(
    path: string,
    body: object,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const headers = { 'content-type': 'application/json', 'x-busbar-request': '1' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${this.url}${path}`, init)
    return { status: response.status, body: await response.json() }
  }

  async enter(options: IClientOptions = {}): Promise<MqttClient> {
    return connectAsync(`mqtt://${this.mqtt}`, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...options,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.stdin.end()
    const [code] = (await ended) as [number | null]
    rmSync(this.directory, { recursive: true, force: true })
    assert.deepEqual([code, this.errors], [0, ''])
  }

  #spawn(): ChildProcessByStdio<Writable, Readable, Readable> {
    const child = spawn(process.execPath, [PROCESS, this.siteFile, this.data], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    return child
  }

  async #ready(): Promise<void> {
    const [line] = (await once(this.#lines, 'line')) as [string]
    const [, mqtt = '', http = ''] = line.split(' ')
    this.mqtt = mqtt
    this.url = `http://${http}`
  }
}

/** What is retained below `grid/alarms`, as a subscriber has it. */
export class AlarmListener implements AsyncDisposable {
  readonly topics = new Map<string, AlarmInfo>()
  /** Messages so far. */
  heard = 0
  readonly #client: MqttClient
  #wake = (): void => {}

  static async enter(edge: FedEdge): Promise<AlarmListener> {
    const client = await edge.enter()
    const listener = new AlarmListener(client)
    await client.subscribeAsync('grid/alarms/#', { qos: 1 })
    return listener
  }

  private constructor(client: MqttClient) {
    this.#client = client
    client.on('message', (topic, payload) => {
      this.heard++
      if (payload.length === 0) this.topics.delete(topic)
      else this.topics.set(topic, JSON.parse(payload.toString()) as AlarmInfo)
      this.#wake()
    })
  }

  /** Until what is there is as `isSo` wants it. */
  async until(isSo: (alarms: readonly AlarmInfo[]) => boolean): Promise<readonly AlarmInfo[]> {
    const lateMs = performance.now() + PATIENCE_MS
    for (;;) {
      const alarms = [...this.topics.values()]
      if (isSo(alarms)) return alarms
      const leftMs = lateMs - performance.now()
      assert.ok(leftMs > 0, `still ${JSON.stringify(alarms)}`)
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, leftMs)
        this.#wake = () => {
          clearTimeout(late)
          resolve()
        }
      })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true)
  }
}

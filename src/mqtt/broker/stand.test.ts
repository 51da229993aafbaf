import { assert } from '../../core/assert.ts'
import { seededRandom } from '../../core/random.ts'
import { type Gatekeeper, type Intake, type Keeper, NO_ROOM, type Sink } from '../ports.ts'
import { Broker, type BrokerSettings } from './broker.ts'
import { type ConnectOptions, type Version, connect } from './client-packets.test.ts'
import type { Connection } from './connection.ts'
import { readPackets } from './server-packets.test.ts'

/** A broker without sockets or a clock: the test moves the time, and says when a batch is durable. */
export class Stand {
  nowMs = 1_000_000
  readonly intake = new ManualIntake()
  readonly gatekeeper: { -readonly [Name in keyof Gatekeeper]: Gatekeeper[Name] } = {
    admit: () => 0,
    exchange: () => undefined,
    mayPublish: (_, topic) => !topic.startsWith('$'),
    maySubscribe: () => true,
    standing: () => 0,
  }
  readonly broker: Broker

  /** Without a keeper nothing outlives it. */
  constructor(settings: Partial<BrokerSettings> = {}) {
    const { intake, gatekeeper } = this
    const own = { intake, gatekeeper, keeper: FORGETFUL, random: seededRandom(1) }
    this.broker = new Broker({ ...own, ...settings })
  }

  /** A network connection that has said nothing. */
  open(version: Version = 5): Peer {
    return new Peer(this, version)
  }

  /** A client that was let in; its CONNACK is taken. */
  enter(clientId: string, options: ConnectOptions = {}): Peer {
    const peer = this.open(options.version ?? 5)
    peer.send(connect(clientId, options))
    const [connack = '', ...early] = peer.heard()
    peer.connack = connack
    peer.early.push(...early)
    return peer
  }

  /** Time passes, a second at a time. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.nowMs += 1000
      this.broker.tick(this.nowMs)
    }
  }

  /** All that was taken becomes durable. */
  commit(): void {
    this.intake.handOver()
    this.settle(this.intake.takenBatch)
  }

  settle(batch: number): void {
    this.intake.durableBatch = batch
    this.broker.settle(this.nowMs)
  }
}

const FORGETFUL: Keeper = { put: () => {}, remove: () => {}, changes: 0, hasRoom: true }

/** Takes `grid/<device>/readings`, as many as there is room for; nothing is durable before the test says so. */
export class ManualIntake implements Intake {
  setArrival(): void {}

  readonly taken: string[] = []
  room = Infinity
  isFull = false
  refused = 0
  durableBatch = 0
  /** The reason codes of payloads that are not simply taken. */
  readonly codes: Map<string, number> = new Map()
  #batch = 1
  #inBatch = 0

  open(topic: string): { readonly device: string } | undefined {
    const device = /^grid\/([^/]+)\/readings$/.exec(topic)?.[1]
    return device === undefined ? undefined : { device }
  }

  refuse(): void {
    this.refused++
  }

  take(source: object, bytes: Uint8Array, start: number, end: number): number {
    if (this.room === 0 || this.isFull) return NO_ROOM
    this.room--
    this.#inBatch++
    const { device } = source as { readonly device: string }
    const payload = Buffer.from(bytes.subarray(start, end)).toString()
    this.taken.push(`${device} ${payload}`)
    return this.codes.get(payload) ?? 0
  }

  get takenBatch(): number {
    return this.#inBatch > 0 ? this.#batch : this.#batch - 1
  }

  /** Something is kept, which becomes durable with what is taken. */
  keep(): void {
    this.#inBatch++
  }

  /** The batch at hand goes to the disk, and the next one begins. */
  handOver(): void {
    if (this.#inBatch > 0) this.#batch++
    this.#inBatch = 0
  }
}

/** The far end of a connection, which reads only what `heard` asks for. */
export class Peer implements Sink {
  readonly remote = 'test'
  readonly connection: Connection
  connack = ''
  /** What came right behind CONNACK. */
  readonly early: string[] = []
  isEnded = false
  isPaused = false
  /** What the broker is made to believe waits in the socket. */
  unsentBytes = 0
  writes = 0
  #unread: Buffer[] = []
  readonly #stand: Stand
  readonly #version: Version

  constructor(stand: Stand, version: Version) {
    this.#stand = stand
    this.#version = version
    this.connection = stand.broker.accept(this, stand.nowMs)
  }

  send(...packets: readonly Buffer[]): void {
    this.connection.receive(Buffer.concat(packets), this.#stand.nowMs)
  }

  /** What came since the last time, a line for each packet; `end` where the connection was ended. */
  heard(): string[] {
    const { lines, rest } = readPackets(Buffer.concat(this.#unread), this.#version)
    this.#unread = rest.length > 0 ? [rest] : []
    return this.isEnded ? [...lines, 'end'] : lines
  }

  /** What came since the last time, as it came. */
  heardText(): string {
    return Buffer.concat(this.#unread.splice(0)).toString('latin1')
  }

  /** Nothing is unsent any more. */
  drain(): void {
    this.unsentBytes = 0
    this.connection.drained(this.#stand.nowMs)
  }

  /** The network fails. */
  vanish(): void {
    this.connection.closed(this.#stand.nowMs)
  }

  write(bytes: Uint8Array): void {
    assert(!this.isEnded, 'nothing is written after the end')
    this.writes++
    this.#unread.push(Buffer.from(bytes))
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.isEnded = true
  }
}

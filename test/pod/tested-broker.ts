import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { TestedEdge } from '../mqtt/tested-edge.ts'
import { Relay } from './relay.ts'

const PROGRAM = ['mosquitto', '/usr/sbin/mosquitto'].find(
  (name) => spawnSync(name, ['-h']).error === undefined,
)

export type BrokerName = 'busbar' | 'mosquitto'

export const BROKERS: readonly { readonly name: BrokerName; readonly skip: string | false }[] = [
  { name: 'busbar', skip: false },
  { name: 'mosquitto', skip: PROGRAM === undefined ? 'mosquitto is not installed' : false },
]

/** A broker that can be killed and comes back where it was. */
export interface TestedBroker extends AsyncDisposable {
  readonly port: number
  restart(): Promise<void>
}

export async function startBroker(name: BrokerName): Promise<TestedBroker> {
  return name === 'busbar' ? BusbarBroker.start() : MosquittoBroker.start()
}

class BusbarBroker implements TestedBroker {
  #edge: TestedEdge
  readonly #relay: Relay

  static async start(): Promise<BusbarBroker> {
    const edge = await TestedEdge.start()
    return new BusbarBroker(edge, await Relay.start(edge.mqtt))
  }

  private constructor(edge: TestedEdge, relay: Relay) {
    this.#edge = edge
    this.#relay = relay
  }

  get port(): number {
    return this.#relay.port
  }

  async restart(): Promise<void> {
    this.#edge = await this.#edge.kill()
    this.#relay.target = this.#edge.mqtt
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]()
    await this.#edge[Symbol.asyncDispose]()
  }
}

class MosquittoBroker implements TestedBroker {
  readonly #relay: Relay
  #child: ChildProcess

  static async start(): Promise<MosquittoBroker> {
    const { child, port } = await launch()
    return new MosquittoBroker(child, await Relay.start({ host: '127.0.0.1', port }))
  }

  private constructor(child: ChildProcess, relay: Relay) {
    this.#child = child
    this.#relay = relay
  }

  get port(): number {
    return this.#relay.port
  }

  async restart(): Promise<void> {
    await end(this.#child)
    const { child, port } = await launch()
    this.#child = child
    this.#relay.target = { host: '127.0.0.1', port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]()
    await end(this.#child)
  }
}

/** Mosquitto does not tell the port that it was given, so a free one is found first. */
async function launch(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const finder = await Relay.start({ host: '127.0.0.1', port: 1 })
  const { port } = finder
  await finder[Symbol.asyncDispose]()
  const child = spawn(PROGRAM ?? '', ['-p', String(port)], { stdio: 'ignore' })
  for (let wait = 0; !(await isListening(port)); wait++) {
    if (wait === 500 || child.exitCode !== null) throw new Error('mosquitto does not start')
    await setTimeout(10)
  }
  return { child, port }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  return isThere
}

import { type Socket, connect } from 'node:net'
import type { Address } from '../../src/core/address.ts'

/** What one hostile connection does; `n` numbers them, and a round is one life of a connection. */
export interface Habit {
  /** Once the connection is there. */
  readonly begin: (socket: Socket, n: number, round: number) => void
  /** Every so often while it is there. */
  readonly repeat?: { readonly everyMs: number; readonly act: (socket: Socket, n: number) => void }
  /** Takes nothing that the server sends. */
  readonly isDeaf?: boolean
  /** After which it is reset, to come back at once; undefined: it stays until the server ends it. */
  readonly lifeMs?: number
}

/** A process full of hostile connections: each that ends is replaced by another. */
export class Swarm {
  readonly #target: Address & { readonly localAddress?: string }
  readonly #habit: Habit
  opened = 0

  constructor(target: Address & { readonly localAddress?: string }, habit: Habit) {
    this.#target = target
    this.#habit = habit
  }

  /** So many at any time. */
  keep(connections: number): void {
    for (let n = 0; n < connections; n++) this.#open(n, 0)
  }

  #open(n: number, round: number): void {
    const { begin, repeat, isDeaf = false, lifeMs } = this.#habit
    const socket = connect({ ...this.#target, noDelay: true })
    let timer: NodeJS.Timeout | undefined
    let life: NodeJS.Timeout | undefined
    this.opened++
    socket.on('error', () => {})
    socket.once('connect', () => {
      begin(socket, n, round)
      if (isDeaf) socket.pause()
      else socket.resume()
      if (repeat !== undefined) timer = setInterval(() => repeat.act(socket, n), repeat.everyMs)
      if (lifeMs !== undefined) life = setTimeout(() => socket.resetAndDestroy(), lifeMs)
    })
    socket.once('close', () => {
      clearInterval(timer)
      clearTimeout(life)
      setTimeout(() => this.#open(n, round + 1), COME_BACK_MS)
    })
  }
}

/** A connection that was turned away comes back at once, but not so fast that the attacker has no time for others. */
const COME_BACK_MS = 1

/** Writes `bytes` again and again, as fast as they are taken; the attacker's other connections have their turn as well. */
export function flood(socket: Socket, bytes: () => Buffer): void {
  const pour = (): void => {
    if (socket.destroyed) return
    if (socket.write(bytes())) setImmediate(pour)
    else socket.once('drain', pour)
  }
  pour()
}

import {
  ADDRESS,
  ANSWER,
  CAME,
  CONNECTED,
  CONNECTING,
  GONE,
  READ,
  RING_BYTES,
  SIGNAL,
  STATE,
  type SharedSocket,
  UNSENT,
} from './shared-socket.ts'
import type { World } from './wasi-functions.ts'

const SUCCESS = 0
const AGAIN = 6
const REFUSED = 14
const IN_PROGRESS = 26
const CLOCK = 0
const READABLE = 1
const UNSENT_MAX = 1 << 20

/** The socket functions of WasmEdge 0.14, for one socket at a time that does not block. */
export class SocketFunctions {
  readonly #shared: SharedSocket
  readonly #ask: World['ask']
  readonly #view: () => DataView
  #fd = 3

  constructor({ shared, ask }: World, view: () => DataView) {
    this.#shared = shared
    this.#ask = ask
    this.#view = view
  }

  open(_family: number, _type: number, fd: number): number {
    this.#view().setInt32(fd, ++this.#fd, true)
    return SUCCESS
  }

  connect(_fd: number, address: number, port: number): number {
    const view = this.#view()
    const at = view.getUint32(address, true)
    const host = [...new Uint8Array(view.buffer, at, 4)].join('.')
    Atomics.store(this.#shared.words, STATE, CONNECTING)
    this.#ask({ kind: 'connect', host, port })
    return IN_PROGRESS
  }

  close(): number {
    this.#ask({ kind: 'close' })
    return SUCCESS
  }

  receive(
    _fd: number,
    vector: number,
    _count: number,
    _flags: number,
    received: number,
    flagsOut: number,
  ): number {
    const view = this.#view()
    const { words, ring } = this.#shared
    const at = view.getUint32(vector, true)
    const read = Atomics.load(words, READ)
    const there = (Atomics.load(words, CAME) - read) | 0
    const count = Math.min(there, view.getUint32(vector + 4, true))
    if (count === 0 && Atomics.load(words, STATE) === CONNECTED) return AGAIN
    const from = (read >>> 0) % RING_BYTES
    const target = new Uint8Array(view.buffer, at, count)
    const first = ring.subarray(from, Math.min(from + count, RING_BYTES))
    target.set(first)
    target.set(ring.subarray(0, count - first.length), first.length)
    Atomics.store(words, READ, (read + count) | 0)
    view.setUint32(received, count, true)
    view.setUint16(flagsOut, 0, true)
    return SUCCESS
  }

  send(_fd: number, vector: number, _count: number, _flags: number, sent: number): number {
    const view = this.#view()
    const { words } = this.#shared
    if (Atomics.load(words, STATE) !== CONNECTED) return REFUSED
    if (Atomics.load(words, UNSENT) >= UNSENT_MAX) return AGAIN
    const at = view.getUint32(vector, true)
    const bytes = new Uint8Array(view.buffer, at, view.getUint32(vector + 4, true)).slice()
    Atomics.add(words, UNSENT, bytes.length)
    this.#ask({ kind: 'send', bytes })
    view.setUint32(sent, bytes.length, true)
    return SUCCESS
  }

  option(_fd: number, _level: number, _name: number, value: number, _bytes: number): number {
    const isGone = Atomics.load(this.#shared.words, STATE) === GONE
    this.#view().setUint32(value, isGone ? REFUSED : 0, true)
    return SUCCESS
  }

  /** 48 bytes a subscription, 32 an event; the first is a clock. */
  poll(wanted: number, events: number, count: number, found: number): number {
    const { words } = this.#shared
    const view = this.#view()
    const due = performance.now() + Number(view.getBigUint64(wanted + 24, true)) / 1e6
    let happened = 0
    while (happened === 0) {
      const signal = Atomics.load(words, SIGNAL)
      for (let index = 0; index < count; index++) {
        const at = wanted + 48 * index
        const tag = view.getUint8(at + 8)
        const isDue = tag === CLOCK ? performance.now() >= due : this.#isPossible(tag)
        if (!isDue) continue
        const event = events + 32 * happened++
        view.setBigUint64(event, view.getBigUint64(at, true), true)
        view.setUint16(event + 8, 0, true)
        view.setUint8(event + 10, tag)
      }
      const left = due - performance.now()
      if (happened === 0 && left > 0) Atomics.wait(words, SIGNAL, signal, left)
    }
    view.setUint32(found, happened, true)
    return SUCCESS
  }

  lookUp(
    node: number,
    bytes: number,
    _service: number,
    _serviceBytes: number,
    _hints: number,
    answers: number,
    _max: number,
    count: number,
  ): number {
    const view = this.#view()
    const { words } = this.#shared
    const name = Buffer.from(new Uint8Array(view.buffer, node, bytes - 1)).toString()
    Atomics.store(words, ANSWER, 0)
    this.#ask({ kind: 'look-up', name })
    for (let signal = 0; Atomics.load(words, ANSWER) === 0;) {
      signal = Atomics.load(words, SIGNAL)
      if (Atomics.load(words, ANSWER) === 0) Atomics.wait(words, SIGNAL, signal, 1000)
    }
    if (Atomics.load(words, ANSWER) !== 1) return REFUSED
    const answer = view.getUint32(answers, true)
    const data = view.getUint32(view.getUint32(answer + 12, true) + 8, true)
    view.setInt32(data + 2, words[ADDRESS] ?? 0, true)
    view.setUint32(count, 1, true)
    return SUCCESS
  }

  #isPossible(tag: number): boolean {
    const { words } = this.#shared
    const state = Atomics.load(words, STATE)
    if (state === CONNECTING) return false
    const isThere = Atomics.load(words, CAME) !== Atomics.load(words, READ)
    if (tag === READABLE) return isThere || state === GONE
    return state === GONE || Atomics.load(words, UNSENT) < UNSENT_MAX
  }
}

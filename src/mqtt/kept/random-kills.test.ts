import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../core/random.ts'
import {
  property,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
} from '../broker/client-packets.test.ts'
import type { Peer } from '../broker/stand.test.ts'
import { KeptStand } from './kept-stand.test.ts'

const KEPT = { clean: false, properties: [property.sessionExpiry(3600)] }
const TOPIC = 'note'

/** Publishes numbered messages of QoS 1 and 2 and remembers, as a client should, what was not acknowledged. */
class Speaker {
  peer: Peer | undefined
  readonly #owed = new Map<
    number,
    { readonly text: string; readonly qos: number; isReleased: boolean }
  >()
  #lastId = 0
  said = 0

  enter(stand: KeptStand): void {
    this.peer = stand.enter('speaker', KEPT)
    for (const [id, { text, qos, isReleased }] of this.#owed) {
      this.peer.send(isReleased ? pubrel(id) : publish(TOPIC, text, { qos, id, dup: true }))
    }
  }

  say(qos: number): void {
    if (this.#owed.size > 20) return
    do this.#lastId = (this.#lastId % 50) + 1
    while (this.#owed.has(this.#lastId))
    const text = `${qos}-${++this.said}`
    this.#owed.set(this.#lastId, { text, qos, isReleased: false })
    this.peer?.send(publish(TOPIC, text, { qos, id: this.#lastId }))
  }

  listen(): void {
    for (const line of this.peer?.heard() ?? []) {
      const [kind, word] = line.split(' ')
      const id = Number(word)
      const owed = this.#owed.get(id)
      if (kind === 'PUBREC' && owed !== undefined) {
        owed.isReleased = true
        this.peer?.send(pubrel(id))
      } else if (kind === 'PUBACK' || kind === 'PUBCOMP') this.#owed.delete(id)
    }
  }

  get isDone(): boolean {
    return this.#owed.size === 0
  }
}

/** Takes QoS 2 by its packet id, once. */
class Hearer {
  peer: Peer | undefined
  readonly heard: string[] = []
  readonly #received = new Set<number>()

  enter(stand: KeptStand): void {
    this.peer = stand.enter('hearer', KEPT)
    this.#take(this.peer.early)
  }

  /** Some of what came is answered; the rest is lost with the connection. */
  listen(): void {
    this.#take(this.peer?.heard() ?? [])
  }

  #take(lines: readonly string[]): void {
    for (const line of lines) {
      const [, text = '', qos, id = 0] = /^PUBLISH note '(.*)' q(\d) #(\d+)/.exec(line) ?? []
      const released = /^PUBREL (\d+)/.exec(line)?.[1]
      if (qos === '1') this.heard.push(text)
      if (qos === '1') this.peer?.send(puback(Number(id)))
      if (qos === '2') {
        if (!this.#received.has(Number(id))) this.heard.push(text)
        this.#received.add(Number(id))
        this.peer?.send(pubrec(Number(id)))
      }
      if (released !== undefined) {
        this.#received.delete(Number(released))
        this.peer?.send(pubcomp(Number(released)))
      }
    }
  }
}

function converse(
  random: Random,
  steps: number,
): { readonly heard: string[]; readonly said: number } {
  let stand = new KeptStand()
  const [speaker, hearer] = [new Speaker(), new Hearer()]
  speaker.enter(stand)
  hearer.enter(stand)
  hearer.peer?.send(subscribe({ [TOPIC]: 2 }))
  stand.commit()
  for (let step = 0; step < steps; step++) {
    const choice = random()
    if (choice < 0.35) speaker.say(1 + Math.floor(random() * 2))
    else if (choice < 0.5) speaker.listen()
    else if (choice < 0.65) hearer.listen()
    else if (choice < 0.8) stand.commit()
    else if (choice < 0.84) hearer.peer?.vanish()
    else if (choice < 0.9) hearer.enter(stand)
    else if (choice < 0.95) speaker.enter(stand)
    else {
      stand = stand.kill()
      speaker.enter(stand)
      if (random() < 0.5) hearer.enter(stand)
    }
  }
  hearer.enter(stand)
  for (let round = 0; round < 300; round++) {
    stand.commit()
    speaker.listen()
    hearer.listen()
  }
  assert.ok(speaker.isDone, 'the last message was acknowledged')
  stand.commit()
  const left = [...stand.disk.keys()].filter((key) => !/^(session|subscription)\//.test(key))
  assert.deepEqual(left, [])
  return { heard: hearer.heard, said: speaker.said }
}

test('through any number of kills QoS 1 comes at least once and QoS 2 exactly once', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { heard, said } = converse(seededRandom(seed), 400)
    const counts = new Map<string, number>()
    for (const text of heard) counts.set(text, (counts.get(text) ?? 0) + 1)
    const missing = Array.from({ length: said }, (_, at) => at + 1).filter(
      (number) => !counts.has(`1-${number}`) && !counts.has(`2-${number}`),
    )
    const repeated = [...counts].filter(([text, count]) => text.startsWith('2-') && count > 1)
    assert.deepEqual({ seed, missing, repeated }, { seed, missing: [], repeated: [] })
  }
})

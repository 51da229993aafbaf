import type { Leaving, Passage } from '../../api/egress/border.ts'
import { type Listed, clearAll } from '../../api/egress/record-list.ts'
import { limits } from '../../core/limits.ts'
import { peerNetwork } from '../../core/peer-network.ts'
import type { Customs, Identity, Inspector } from '../../mqtt/ports.ts'
import type { Message } from '../../mqtt/session/message.ts'
import type { Gate } from '../../policy/gate.ts'
import { isOutsider } from '../access/gatekeeper.ts'
import type { InsideNetwork } from '../access/inside-network.ts'
import { publishedOf } from './published-record.ts'
import { passageOf } from './site-border.ts'
import type { Subjects } from './subjects.ts'

export interface CustomsParts {
  readonly subjects: Subjects
  readonly inside: InsideNetwork
  readonly gate: Pick<Gate, 'ask'>
}

/** Clients from outside, or whose role says that they are, are sent what the gate lets through; all others never meet it. */
export class MqttCustoms implements Customs {
  readonly #parts: CustomsParts

  constructor(parts: CustomsParts) {
    this.#parts = parts
  }

  inspectorFor(identity: Identity | undefined, remote: string): Inspector | undefined {
    const { subjects, inside, gate } = this.#parts
    const address = remote.slice(0, remote.lastIndexOf(':'))
    if (inside.has(address) && !isOutsider(identity)) return undefined
    const principal = identity?.name ?? peerNetwork(address)
    const road = { destination: 'outside', channel: 'mqtt', principal } as const
    return new GateInspector(passageOf(subjects, gate, road))
  }
}

interface Waiting {
  readonly message: Message
  readonly listed: Listed
  readonly passed: (message: Message | undefined, nowMs: number) => void
}

/** Asks for the messages of one turn of the event loop together. */
class GateInspector implements Inspector {
  readonly #passage: Passage
  #waiting: Waiting[] = []
  /** What the gate said last of readings: of a thousand a second each would get the same answer. */
  #mayRawLeave = false
  #rawAskedMs = -Infinity

  constructor(passage: Passage) {
    this.#passage = passage
  }

  mayPass(message: Message): boolean {
    if (publishedOf(message).kind !== 'raw') return true
    const nowMs = performance.now()
    if (nowMs >= this.#rawAskedMs + limits.policyRetryMs) {
      this.#rawAskedMs = nowMs
      void this.#askForRaw()
    }
    return this.#mayRawLeave
  }

  inspect(message: Message, passed: Waiting['passed']): void {
    if (this.#waiting.length === 0) setImmediate(() => void this.#ask())
    this.#waiting.push({ message, passed, listed: listedOf(message) })
  }

  async #askForRaw(): Promise<void> {
    const [cleared] = await this.#passage.clear([RAW])
    this.#mayRawLeave = cleared?.kind === 'leaves'
  }

  async #ask(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    for (let at = 0; at < waiting.length; at += limits.clearedAtOnce) {
      const some = waiting.slice(at, at + limits.clearedAtOnce)
      const all = await clearAll(
        some.map(({ listed }) => listed),
        this.#passage,
      )
      for (const [index, { message, listed, passed }] of some.entries()) {
        passed(clearedMessage(message, listed, all[index]?.shown), Date.now())
      }
    }
  }
}

const RAW: Leaving = {
  class: 'raw',
  kind: 'message',
  windowSeconds: 0,
  members: 1,
  names: ['payload'],
}

/** A message that leaves as a whole is a record of one field. */
function listedOf(message: Message): Listed {
  const published = publishedOf(message)
  if (published.kind === 'record') return published.listed
  const { class: _, ...raw } = RAW
  const classified = (): ReturnType<Listed['classified']> => ({ ...raw, class: published.kind })
  return { object: { payload: null }, aliases: {}, classified }
}

/** The topic names whose a result is: where that was taken away the whole message stays. */
function clearedMessage(
  message: Message,
  { object }: Listed,
  shown: object | undefined,
): Message | undefined {
  if (shown === undefined || ('subject' in object && !('subject' in shown))) return undefined
  if ('payload' in object) return 'payload' in shown ? message : undefined
  if (message.payload.length === 0) return message
  return { ...message, payload: Buffer.from(JSON.stringify(shown)) }
}

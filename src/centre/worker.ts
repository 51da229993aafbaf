import { limits } from '../core/limits.ts'
import { encodeAcknowledgement } from '../uplink/acknowledgement.ts'
import { isBackfill } from '../uplink/envelope.ts'
import { type Question, encodeQuestion } from '../uplink/question.ts'
import { ackTopic, sourceOf } from '../uplink/topics.ts'
import { ArrivalQueue } from './arrival-queue.ts'
import { Commits } from './commits.ts'
import type { Inbox, SiteAcknowledgement } from './inbox.ts'

/** The way to the sites: through our own broker, or through another program's. */
export interface Road {
  readonly isConnected: boolean
  publish(messages: readonly { readonly topic: string; readonly text: string }[]): void
  /** There is room again for what was not taken. */
  goOn(): void
}

export interface WorkerParts {
  readonly inbox: Pick<Inbox, 'commit'>
  readonly warn: (text: string) => void
}

interface Lane {
  readonly queue: ArrivalQueue
  readonly commits: Commits
  failure: string
}

/** Takes envelopes, stores them, and only then acknowledges them. */
export class Worker {
  readonly #parts: WorkerParts
  /** A site is always in the same one: no commit waits for a row that another has locked. */
  readonly #lanes: readonly Lane[]
  #road: Road | undefined
  #wasFull = false
  #complaint = ''
  /** Payloads that are no envelopes, or not those of the topic that they came by. */
  refused = 0
  acknowledgements = 0

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#lanes = Array.from({ length: limits.centreCommits }, () => this.#newLane())
  }

  /** Before anything is taken. */
  connect(road: Road): void {
    this.#road = road
  }

  get isConnected(): boolean {
    return this.#road?.isConnected === true
  }

  get waiting(): number {
    return this.#lanes.reduce((sum, { queue }) => sum + queue.count, 0)
  }

  /** Why nothing can be stored; empty: it can. */
  get failure(): string {
    return this.#lanes.find(({ failure }) => failure !== '')?.failure ?? ''
  }

  /** Nothing should be taken before the road is told to go on. */
  get isFull(): boolean {
    const bytes = this.#lanes.reduce((sum, { queue }) => sum + queue.bytes, 0)
    this.#wasFull ||= bytes > limits.centreWaitingBytes
    return bytes > limits.centreWaitingBytes
  }

  /** `bytes` belong to the worker from now on. What came by a topic that is none of a stream is passed over: acknowledgements come by, too. */
  take(topic: string, bytes: Uint8Array): void {
    const source = sourceOf(topic)
    if (source === undefined) return
    const { queue, commits } = this.#laneOf(source.site)
    queue.add({ ...source, isBackfill: isBackfill(bytes), bytes })
    commits.wake()
  }

  /** A question to a site. Nobody notices when it gets lost: it is asked again. */
  ask(site: string, question: Question): void {
    this.#road?.publish([{ topic: ackTopic(site), text: encodeQuestion(question) }])
  }

  /** Nobody is told twice in a row of the same. */
  complain(text: string): void {
    if (text !== this.#complaint && text !== '') this.#parts.warn(text)
    this.#complaint = text
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map(async ({ commits }) => commits.stop()))
  }

  #newLane(): Lane {
    const queue = new ArrivalQueue()
    const commits = new Commits({
      inbox: this.#parts.inbox,
      queue,
      acknowledge: (some) => this.#acknowledge(some),
      refuse: (why) => {
        this.refused++
        this.complain(why)
      },
      failed: (why) => {
        lane.failure = why
        this.complain(`nothing can be stored: ${why}`)
      },
      stored: () => {
        lane.failure = ''
        this.#goOn()
      },
    })
    const lane: Lane = { queue, commits, failure: '' }
    return lane
  }

  #laneOf(site: string): Lane {
    let hash = 0
    for (let at = 0; at < site.length; at++) hash = (hash * 31 + site.charCodeAt(at)) >>> 0
    return this.#lanes[hash % this.#lanes.length] as Lane
  }

  #acknowledge(some: readonly SiteAcknowledgement[]): void {
    this.acknowledgements += some.length
    const messages = some.map(({ site, ...each }) => ({
      topic: ackTopic(site),
      text: encodeAcknowledgement(each),
    }))
    this.#road?.publish(messages)
  }

  #goOn(): void {
    if (!this.#wasFull || this.isFull) return
    this.#wasFull = false
    this.#road?.goOn()
  }
}

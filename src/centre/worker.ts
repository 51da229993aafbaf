import { randomUUID } from 'node:crypto'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { encodeAcknowledgement } from '../uplink/acknowledgement.ts'
import { type Envelope, decodeEnvelope } from '../uplink/envelope.ts'
import { type Question, encodeQuestion } from '../uplink/question.ts'
import { ackTopic, centreFilter, sourceOf } from '../uplink/topics.ts'
import type { Inbox } from './inbox.ts'

export interface WorkerParts {
  readonly url: string
  readonly options: IClientOptions
  /** Workers of one name share what comes. */
  readonly group: string
  readonly inbox: Inbox
  readonly warn: (text: string) => void
}

interface Waiting {
  readonly envelope: Envelope
  readonly bytes: number
}

/** Takes envelopes from a broker, stores them, and only then acknowledges them. */
export class Worker {
  readonly #parts: WorkerParts
  readonly #client: MqttClient
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  /** Messages that are not taken from the broker before there is room. */
  #held: (() => void)[] = []
  #isStoring = false
  #isStopping = false
  #stored = Promise.resolve()
  #retries = 0
  #complaint = ''
  /** Why nothing can be stored; empty: it can. */
  failure = ''
  /** Payloads that are no envelopes, or not those of the topic that they came by. */
  refused = 0
  acknowledgements = 0

  constructor(parts: WorkerParts) {
    const { url, options, group } = parts
    this.#parts = parts
    this.#client = connect(url, {
      protocolVersion: 5,
      clientId: `busbar-centre-${randomUUID()}`,
      clean: true,
      reconnectPeriod: limits.reconnectMs,
      connectTimeout: limits.uplinkConnectMs,
      keepalive: limits.uplinkKeepAliveSeconds,
      properties: { receiveMaximum: limits.centreInFlight },
      ...options,
    })
    this.#client.handleMessage = ({ topic, payload }, done) => {
      this.#take(topic, Buffer.from(payload))
      if (this.#waitingBytes <= limits.centreWaitingBytes) done()
      else this.#held.push(done)
    }
    this.#client.on('connect', () => {
      this.#client.subscribe(centreFilter(group), { qos: 1 }, (fault) => {
        this.#complain(fault === null ? '' : `the broker refuses: ${errorText(fault)}`)
      })
    })
    this.#client.on('error', (fault) => this.#complain(`the broker ${url}: ${errorText(fault)}`))
  }

  get isConnected(): boolean {
    return this.#client.connected
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** A question to a site. Nobody notices when it gets lost: it is asked again. */
  ask(site: string, question: Question): void {
    this.#client.publish(ackTopic(site), encodeQuestion(question), { qos: 1 }, () => {})
  }

  /** What is being stored is stored; what waits goes to another worker, or comes again. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#stored
    await this.#client.endAsync()
  }

  #take(topic: string, payload: Buffer): void {
    const source = sourceOf(topic)
    if (source === undefined) return // Acknowledgements come by here, too.
    try {
      const envelope = decodeEnvelope(payload)
      if (envelope.site !== source.site || envelope.stream !== source.stream)
        throw new GridError('input', `an envelope of ${envelope.site} came by ${topic}`)
      this.#waiting.push({ envelope, bytes: payload.length })
      this.#waitingBytes += payload.length
    } catch (thrown) {
      this.refused++
      this.#complain(`${topic}: ${errorText(thrown)}`)
      return
    }
    if (!this.#isStoring) this.#stored = this.#storeAll()
  }

  /** Whatever has come meanwhile goes into the next commit: the more there is, the less each costs. */
  async #storeAll(): Promise<void> {
    this.#isStoring = true
    while (this.#waiting.length > 0 && !this.#isStopping) await this.#storeSome()
    this.#isStoring = false
  }

  async #storeSome(): Promise<void> {
    const some = this.#waiting.slice(0, limits.centreCommitEnvelopes)
    try {
      const envelopes = some.map(({ envelope }) => envelope)
      const acknowledgements = await this.#parts.inbox.commit(envelopes, Date.now() * 1000)
      for (const { site, ...each } of acknowledgements) {
        this.acknowledgements++
        this.#client.publish(ackTopic(site), encodeAcknowledgement(each), { qos: 1 }, () => {})
      }
    } catch (thrown) {
      this.failure = errorText(thrown)
      this.#complain(`nothing can be stored: ${this.failure}`)
      const waitMs = Math.min(limits.centreRetryMsMax, limits.centreRetryMs * 2 ** this.#retries++)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      return
    }
    this.#retries = 0
    this.failure = ''
    this.#waiting.splice(0, some.length)
    for (const { bytes } of some) this.#waitingBytes -= bytes
    if (this.#waitingBytes > limits.centreWaitingBytes) return
    const held = this.#held
    this.#held = []
    for (const done of held) done()
  }

  /** Nobody is told twice in a row of the same. */
  #complain(text: string): void {
    if (text !== this.#complaint && text !== '') this.#parts.warn(text)
    this.#complaint = text
  }
}

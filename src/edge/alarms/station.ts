import type { AlarmAction, AlarmOutcome, AlarmQuery, AlarmSteps } from '../../api/ports.ts'
import { AlarmDesk, type DeskCounters } from '../../alarms/desk.ts'
import type { AlarmState } from '../../alarms/alarm.ts'
import type { AlarmEvent, AlarmMessage, Priority } from '../../alarms/ports.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import type { Broker } from '../../mqtt/broker/broker.ts'
import type { AlarmStore, Durability } from '../../store/alarms/alarm-store.ts'
import { isCorrupt } from '../../store/damage/corrupt.ts'
import { alarmSettings } from './alarm-settings.ts'
import type { Site } from '../site/site.ts'
import { siteGrid } from './site-grid.ts'

export interface AlarmParts {
  readonly site: Site
  readonly store: AlarmStore
  readonly broker: Pick<Broker, 'router' | 'flush'>
}

/** Alarms between the processors, the disk, those who listen and the people who act: what `AlarmDesk` decides is done here. */
export class AlarmStation {
  readonly #parts: AlarmParts
  readonly #desk: AlarmDesk
  readonly #timer: NodeJS.Timeout
  /** Those who gave events and do not know yet that they are kept. */
  #waiting: (() => void)[] = []
  #heard: (message: AlarmMessage) => void = () => {}
  #syncedMs = 0
  #failure = ''
  #retryMs = 0

  /** Takes up what the last process left, and says so to whoever listens; the broker has its retained messages back. */
  constructor(parts: AlarmParts) {
    this.#parts = parts
    const { site, store } = parts
    this.#desk = new AlarmDesk(alarmSettings(site.alarms), siteGrid(site))
    this.#desk.restore(store.alarms(), store.lastId, now())
    this.#retain()
    this.#timer = setInterval(() => this.#look(), limits.alarmTickMs).unref()
  }

  get counters(): DeskCounters {
    return this.#desk.counters
  }

  get transitions(): ReadonlyMap<string, number> {
    return this.#desk.transitions
  }

  get counts(): Readonly<Record<AlarmState, number>> {
    return this.#desk.counts()
  }

  /** By priority. */
  get openCounts(): Readonly<Record<Priority, number>> {
    return this.#desk.openCounts()
  }

  get stepsDropped(): number {
    return this.#parts.store.dropped
  }

  /** Why nothing can be written; empty: it can. */
  get failure(): string {
    return this.#failure
  }

  /**
   * Events of processors, in the order in which they were found. Nothing is written or sent before the next look, which is soon. `kept` is called, in
   * the order of the calls, when what came of them and of all before outlives a power cut; whoever gives events more than once gives them no more after that.
   */
  take(events: readonly AlarmEvent[], kept: () => void): void {
    this.#desk.take(events, now())
    if (events.length === 0 && this.#waiting.length === 0) kept()
    else this.#waiting.push(kept)
    // Whoever is told of a later one needs not be told of this one.
    if (this.#waiting.length > limits.alarmGiversWaiting) this.#waiting.shift()
  }

  /** Told of what listeners over MQTT are told of: first of all that is shown, then of each change. */
  listen(heard: (message: AlarmMessage) => void): void {
    for (const message of this.#desk.shown()) heard(message)
    this.#heard = heard
  }

  info(id: number): object | undefined {
    return this.#desk.info(id)
  }

  *list(query: AlarmQuery): Generator<object> {
    for (const id of this.#desk.list(query)) {
      const info = this.#desk.info(id)
      if (info !== undefined) yield info
    }
  }

  members(id: number): Iterable<object> | undefined {
    return this.#desk.members(id)?.flatMap((member) => this.#desk.info(member) ?? [])
  }

  steps({ alarm, limit }: { alarm: number | undefined; limit: number }): AlarmSteps {
    const { store } = this.#parts
    const steps = store.transitions(alarm, limit)
    return {
      steps: steps.map((each) => ({ ...each, time: Micros(each.time) })),
      dropped: store.dropped,
    }
  }

  /** Done is what is on the disk. @throws GridError `disk` */
  act(id: number, action: AlarmAction): AlarmOutcome {
    const outcome = this.#decide(id, action)
    if (outcome.kind !== 'done') return outcome
    this.#write(Infinity, 'now')
    this.#publish()
    return { kind: 'done', alarm: this.#desk.info(id) ?? {} }
  }

  /** Writes what is left. */
  stop(): void {
    clearInterval(this.#timer)
    try {
      this.#write(Infinity, 'now')
      this.#publish()
    } catch {
      // What came of events comes again with them.
    }
    this.#parts.store[Symbol.dispose]()
  }

  #decide(id: number, action: AlarmAction): ReturnType<AlarmDesk['acknowledge']> {
    switch (action.kind) {
      case 'acknowledge':
        return this.#desk.acknowledge(id, action, now())
      case 'shelve':
        return this.#desk.shelve(id, action, now())
      case 'unshelve':
        return this.#desk.unshelve(id, action, now())
    }
  }

  #look(): void {
    this.#desk.tick(now())
    if (performance.now() >= this.#retryMs) {
      try {
        this.#write(limits.alarmRowsPerWrite, 'soon')
        this.#settle()
      } catch (thrown) {
        if (isCorrupt(thrown) && this.#parts.store.renew()) this.#desk.rewrite()
      }
    }
    this.#publish()
  }

  /** Once a second at most, for a sync stops everything else on this thread. */
  #settle(): void {
    if (this.#waiting.length === 0 || this.#desk.hasChanges) return
    if (performance.now() < this.#syncedMs + limits.alarmSyncMs) return
    this.#parts.store.sync()
    this.#syncedMs = performance.now()
    const waiting = this.#waiting
    this.#waiting = []
    for (const kept of waiting) kept()
  }

  #write(most: number, durability: Durability): void {
    if (!this.#desk.hasChanges) return
    const changes = this.#desk.changes(most)
    try {
      this.#parts.store.write(changes, durability)
    } catch (cause) {
      this.#failure = errorText(cause)
      this.#retryMs = performance.now() + limits.diskRetryMs
      throw new GridError('disk', `alarms cannot be written (${this.#failure})`, {
        hint: 'What was done holds and is tried again; a restart before there is room forgets it.',
        cause,
      })
    }
    this.#failure = ''
    this.#desk.written(changes)
  }

  /** An alarm is heard of also where the disk refuses to keep it. */
  #publish(): void {
    const messages = this.#desk.messages(this.#failure === '' ? 'written' : 'all')
    for (const message of messages) {
      this.#send(message)
      this.#heard(message)
    }
    if (messages.length > 0) this.#parts.broker.flush()
  }

  /** What is retained is what is there: the process before may have ended between the two. */
  #retain(): void {
    const { router } = this.#parts.broker
    const stale = new Map<string, string>()
    for (const { topic, payload } of router.retained(`${TOPIC}#`))
      stale.set(topic, Buffer.from(payload).toString())
    for (const message of this.#desk.shown()) {
      const topic = topicOf(message)
      if (stale.get(topic) !== message.text) this.#send(message)
      stale.delete(topic)
    }
    for (const topic of stale.keys()) this.#sendTo(topic, '')
    this.#parts.broker.flush()
  }

  #send(message: AlarmMessage): void {
    this.#sendTo(topicOf(message), message.text)
  }

  #sendTo(topic: string, text: string): void {
    const payload = Buffer.from(text)
    const properties = text === '' ? {} : JSON_TEXT
    const message = { topic, payload, qos: 1, retain: true, properties } as const
    const { router } = this.#parts.broker
    router.publish({ ...message, expiresMs: Infinity, publisher: '' }, Date.now())
  }
}

function topicOf({ id }: AlarmMessage): string {
  return `${TOPIC}${id}`
}

/** People acknowledge, and shelves end, by the time of day. */
function now(): Micros {
  return Micros(Date.now() * 1000)
}

const TOPIC = 'grid/alarms/'
const JSON_TEXT = { payloadFormat: 1, contentType: 'application/json' } as const

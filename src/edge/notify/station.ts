import { createHash } from 'node:crypto'
import type { NotifyInfo, NotifyTest } from '../../api/notify-info.ts'
import type { AlarmMessage } from '../../alarms/ports.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import type { ContactDesk } from '../../notify/contact-desk.ts'
import { NotifyDesk, type ToldChange } from '../../notify/desk.ts'
import { type MessageFrame, messageText, testText } from '../../notify/message-text.ts'
import type { AlarmFacts, Notice } from '../../notify/ports.ts'
import { isQuiet } from '../../notify/quiet-hours.ts'
import type { NotifyStore } from '../../store/notify/notify-store.ts'
import { InsideNetwork } from '../access/inside-network.ts'
import { Subjects } from '../egress/subjects.ts'
import { type NotifySettings, contactsOf } from '../site/notify.ts'
import type { Site } from '../site/site.ts'
import { type Road, roadsOf } from './contact-book.ts'
import type { Delivery } from './delivery.ts'
import { type GateParts, clear, clearTest, locate } from './gate-passage.ts'
import { decodeTold, encodeTold } from './told-record.ts'

export interface NotifyParts {
  readonly site: Site
  readonly settings: NotifySettings
  readonly store: NotifyStore
  readonly gate: GateParts['gate']
  readonly alarms: {
    listen(heard: (message: AlarmMessage) => void): void
    info(id: number): object | undefined
  }
}

/** Tells people of alarms, without a centre: what `NotifyDesk` decides is done here. */
export class NotifyStation {
  readonly #parts: NotifyParts
  readonly #desk: NotifyDesk
  readonly #roads: ReadonlyMap<string, Road>
  readonly #gate: GateParts
  readonly #frame: MessageFrame
  readonly #timer: NodeJS.Timeout
  readonly #stopping = new AbortController()
  readonly #deliveredMs = new Map<string, number>()
  /** Why something of the last message stayed here. */
  readonly #withheld = new Map<string, string>()
  /** What the disk has not taken yet, by contact and alarm. */
  readonly #unwritten = new Map<string, ToldChange>()
  #writeFailure = ''
  #testing = 0

  constructor(parts: NotifyParts) {
    this.#parts = parts
    const { site, settings, gate, alarms } = parts
    const { language, timeZone, runbooks = '' } = settings
    this.#desk = new NotifyDesk(contactsOf(settings), timeZone)
    this.#roads = roadsOf(settings)
    const inside = new InsideNetwork(site.access.inside)
    this.#gate = { gate, subjects: new Subjects(site), inside }
    this.#frame = { site: site.site.id, language, timeZone, runbooks }
    this.#recall()
    alarms.listen((message) => this.#hear(message))
    this.#standAgain()
    this.#timer = setInterval(() => this.#look(), limits.notifyTickMs)
  }

  status(): NotifyInfo {
    const moment = this.#desk.momentAt(Date.now())
    const contacts = this.#desk.contacts.map((each): NotifyInfo['contacts'][number] => {
      const { contact, backOff, counters } = each
      const { name, priorities, afterMs, quiet } = contact
      const { channel } = this.#roads.get(name) as Road
      const delivered = this.#deliveredMs.get(name)
      return {
        name,
        kind: channel.kind,
        host: channel.host,
        priorities,
        afterMinutes: afterMs / 60_000,
        isQuiet: isQuiet(quiet, moment.minute),
        waiting: each.wanted(this.#desk.standing, moment).length,
        isFailing: backOff.isFailing,
        why: backOff.why,
        failingSince: backOff.isFailing ? Micros(backOff.sinceMs * 1000) : undefined,
        nextTry: backOff.isFailing ? Micros(backOff.nextMs * 1000) : undefined,
        delivered: delivered === undefined ? undefined : Micros(delivered * 1000),
        withheldWhy: this.#withheld.get(name) ?? '',
        ...counters,
      }
    })
    const { language, timeZone } = this.#parts.settings
    return { language, timeZone, contacts }
  }

  /** Contacts that could not be told for longer than a hiccup lasts. */
  failures(): readonly { readonly name: string; readonly why: string; readonly seconds: number }[] {
    return this.#desk.contacts.flatMap(({ contact: { name }, backOff }) => {
      const forMs = Date.now() - backOff.sinceMs
      if (!backOff.isFailing || forMs < limits.deliveryAlarmMs) return []
      return [{ name, why: backOff.why, seconds: Math.floor(forMs / 1000) }]
    })
  }

  /** Why what people were told cannot be written; empty: it can. */
  get writeFailure(): string {
    return this.#writeFailure
  }

  /** A message that says that it is a test, at once and whatever the hour. */
  async test(name: string): Promise<NotifyTest> {
    const road = this.#roads.get(name)
    if (road === undefined) return { kind: 'unknown' }
    if (this.#testing >= limits.notifyTests)
      return { kind: 'failed', why: 'too many tests at once' }
    this.#testing++
    try {
      const { channel, isOutside } = road
      const destination = await locate(channel.host)
      const way = { ...destination, channel: channel.kind, isOutside }
      const stays = await clearTest(way, this.#gate)
      if (stays !== '') return { kind: 'failed', why: `it stays: ${stays}` }
      const delivery = this.#delivery(name, [], testText(name, this.#frame))
      await channel.deliver(delivery, destination, this.#stopping.signal)
      return { kind: 'delivered' }
    } catch (thrown) {
      return { kind: 'failed', why: errorText(thrown) }
    } finally {
      this.#testing--
    }
  }

  /** What is on its way is given up, and goes again after the next start. */
  stop(): void {
    clearInterval(this.#timer)
    this.#stopping.abort()
    this.#write()
    this.#parts.store[Symbol.dispose]()
  }

  /** Contacts that the site file does not have any more are forgotten. */
  #recall(): void {
    for (const { contact, alarm, body } of this.#parts.store.rows()) {
      const told = decodeTold(body)
      const desk = this.#desk.find(contact)
      if (desk === undefined || told === undefined)
        this.#note([{ contact, alarm, told: undefined }])
      else desk.restore(alarm, told)
    }
  }

  /** Where more alarms are there than are shown, those that somebody was told of are there all the same. */
  #standAgain(): void {
    for (const { told } of this.#desk.contacts)
      for (const id of told.keys()) {
        const info = this.#parts.alarms.info(id) as AlarmFacts | undefined
        if (info !== undefined && !this.#desk.standing.has(id) && STANDING.has(info.state))
          this.#note(this.#desk.hear(id, info, Date.now()))
      }
    for (const each of this.#desk.contacts)
      this.#note(
        each
          .forget(this.#desk.standing)
          .map((alarm) => ({ contact: each.contact.name, alarm, told: undefined })),
      )
  }

  #hear({ id, text }: AlarmMessage): void {
    const alarm = text === '' ? undefined : (JSON.parse(text) as AlarmFacts)
    this.#note(this.#desk.hear(id, alarm, Date.now()))
  }

  #look(): void {
    this.#write()
    const moment = this.#desk.momentAt(Date.now())
    for (const each of this.#desk.contacts) {
      const notices = each.next(this.#desk.standing, moment)
      if (notices !== undefined) void this.#tell(each, notices)
    }
  }

  async #tell(desk: ContactDesk, notices: readonly Notice[]): Promise<void> {
    try {
      await this.#send(desk, notices)
    } catch (thrown) {
      if (!this.#stopping.signal.aborted) desk.failed(errorText(thrown), Date.now())
      return
    }
    if (this.#stopping.signal.aborted) return
    const kept = desk.delivered(notices, this.#desk.standing, Date.now())
    const { name } = desk.contact
    this.#note([...kept].map(([alarm, told]) => ({ contact: name, alarm, told })))
    this.#write()
  }

  async #send({ contact, counters }: ContactDesk, notices: readonly Notice[]): Promise<void> {
    const { name } = contact
    const { channel, isOutside } = this.#roads.get(name) as Road
    const destination = await locate(channel.host)
    const way = { ...destination, channel: channel.kind, isOutside }
    const clearance = await clear(notices, way, this.#gate)
    if (clearance.kind === 'undecided') {
      throw new GridError('unreachable', `the egress gate cannot decide: ${clearance.reason}`)
    }
    const { notices: cleared, withheld, reason } = clearance
    if (cleared.length > 0) {
      const delivery = this.#delivery(name, notices, messageText(cleared, this.#frame))
      const message = { ...delivery, notices: cleared }
      await channel.deliver(message, destination, this.#stopping.signal)
      counters.messages++
      counters.notices += cleared.length
      this.#deliveredMs.set(name, Date.now())
    }
    counters.withheld += withheld
    this.#withheld.set(name, reason)
  }

  #delivery(contact: string, notices: readonly Notice[], text: Delivery['text']): Delivery {
    const { site, language } = this.#frame
    const sentAt = new Date()
    const told = notices.map(({ kind, alarm: { id, raised, priority, state } }) =>
      [kind, id, raised, priority, state].join(' '),
    )
    const what = notices.length === 0 ? [sentAt.toISOString()] : told
    const hash = createHash('sha256').update([site, contact, ...what].join('\n'))
    const id = hash.digest('hex').slice(0, 32)
    return { id, site, language, sentAt, text, notices }
  }

  #note(changes: readonly ToldChange[]): void {
    for (const change of changes) this.#unwritten.set(`${change.contact}/${change.alarm}`, change)
  }

  /** What somebody was told is on the disk before he is told of anything else. */
  #write(): void {
    if (this.#unwritten.size === 0) return
    const rows = [...this.#unwritten.values()].map(({ contact, alarm, told }) => ({
      contact,
      alarm,
      body: encodeTold(told),
    }))
    try {
      this.#parts.store.write(rows)
      this.#unwritten.clear()
      this.#writeFailure = ''
    } catch (thrown) {
      this.#writeFailure = errorText(thrown)
    }
  }
}

/** States in which an alarm is there. */
const STANDING: ReadonlySet<string> = new Set([
  'unacknowledged',
  'acknowledged',
  'returned',
  'shelved',
])

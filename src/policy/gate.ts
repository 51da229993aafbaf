import { assert } from '../core/assert.ts'
import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Clock } from '../core/time.ts'
import { type Answer, type Decision, denied, failed } from './decision.ts'
import type { Asked } from './desk.ts'
import type { Entry } from './log/decision-log.ts'
import { Questions, type Road } from './question.ts'
import { ExportRecord, type Fields, type Subject } from './record.ts'

/** What becomes of one record. Only what stands here may be sent: identifiers are taken out of it. */
export type Verdict =
  | {
      readonly kind: 'leaves'
      readonly subject: Subject
      readonly fields: Fields
      /** Names that were taken away. */
      readonly redacted: readonly string[]
    }
  | { readonly kind: 'stays'; readonly reason: string }
  /** Nobody could decide: it stays, and may be asked about again. */
  | { readonly kind: 'undecided'; readonly reason: string }

/** Who evaluates and logs, beside the thread of the sockets. Neither promise is ever rejected. */
export interface Desk {
  /** The answers, which are logged when they come; or why there are none, and nothing is logged. */
  ask(asked: readonly Asked[]): Promise<readonly Answer[] | string>
  /** Why these could not be logged, or nothing. */
  tally(entries: readonly Entry[]): Promise<string>
}

export interface GateParts {
  readonly site: string
  readonly desk: Desk
  readonly clock: Clock
  /** One sentence for whoever runs the site, when something begins to be wrong. */
  readonly onAlarm: (text: string) => void
}

/** Records since the start. */
export interface GateCounters {
  left: number
  stayed: number
  /** Of these, because nobody could decide. */
  failed: number
  /** Questions that were not in the cache, or not yet in the log of this interval. */
  asked: number
  /** Decisions whose count could not be logged. */
  unlogged: number
}

interface Remembered {
  readonly question: string
  readonly decision: Decision
  readonly revision: string
  readonly isFailure: boolean
  /** Microseconds. */
  readonly expires: number
  /** In which it was last logged. */
  readonly interval: number
  /** Records since, which the log does not count yet. */
  repeats: number
  first: number
  last: number
}

/**
 * The one way out. Equal questions are decided once, and in each interval logged once before anything leaves and once at its end.
 * Whatever goes wrong is a denial; the caller has nothing to catch.
 */
export class Gate {
  readonly counters: GateCounters = { left: 0, stayed: 0, failed: 0, asked: 0, unlogged: 0 }
  readonly #parts: GateParts
  readonly #remembered = new Map<string, Remembered>()
  /** Counts of what is remembered no more, or belongs to an interval that is over. */
  #owed: Entry[] = []
  #interval = 0
  /** Of the policies one after the other: what an earlier one answers late is not remembered. */
  #generation = 0
  #fault = ''

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /** Why nothing is decided, or logged; empty: what was asked last was. */
  get fault(): string {
    return this.#fault
  }

  /** One verdict for each record, in their order. */
  async ask(road: Road, records: readonly ExportRecord[]): Promise<readonly Verdict[]> {
    assert(records.length <= limits.policyBatchRecords, 'a batch has its bound')
    const now = this.#parts.clock()
    this.#turnInterval(now)
    const questions = new Questions(this.#parts.site, road)
    const texts: string[] = []
    const decided: (Outcome | undefined)[] = []
    const open = new Map<string, number>()
    for (const record of records) {
      // Types say so already; this holds for whoever went around them, too.
      const text = ExportRecord.isOne(record) ? questions.about(record) : ''
      if (text === '') this.#alarm('something asked to leave that has no class')
      const known = text === '' ? UNCLASSIFIED : this.#use(text, now)
      if (known === undefined) open.set(text, (open.get(text) ?? 0) + 1)
      texts.push(text)
      decided.push(known)
    }
    const answered = open.size === 0 ? undefined : await this.#askDesk(open, now)
    return records.map((record, at) => {
      const { decision, isFailure } =
        decided[at] ?? answered?.get(texts[at] as string) ?? UNCLASSIFIED
      return this.#verdict(record, decision, isFailure)
    })
  }

  /** Has the counts of decisions that were used again logged: before a stop, and at the end of an interval. */
  async settle(): Promise<void> {
    const entries = this.#owed
    this.#owed = []
    for (const each of this.#remembered.values()) {
      if (each.repeats > 0) entries.push(takeRepeats(each))
    }
    if (entries.length === 0) return
    const fault = await this.#parts.desk.tally(entries).catch(errorText)
    if (fault === '') return
    this.#alarm(`decisions cannot be logged: ${fault}`)
    const kept = entries.slice(0, limits.policyCacheEntries - this.#owed.length)
    this.#owed.push(...kept)
    for (const { records } of entries.slice(kept.length)) this.counters.unlogged += records
  }

  /** Another policy decides: nothing that was decided stands. */
  forgetAll(): void {
    this.#generation++
    for (const each of this.#remembered.values()) this.#forget(each)
  }

  /** A decision that stands and is in the log of this interval; counts one record more of it. */
  #use(question: string, now: number): Remembered | undefined {
    const known = this.#remembered.get(question)
    if (known === undefined || known.interval !== this.#interval || known.expires <= now) {
      return undefined
    }
    if (known.repeats++ === 0) known.first = now
    known.last = now
    return known
  }

  async #askDesk(open: ReadonlyMap<string, number>, now: number): Promise<Map<string, Remembered>> {
    const interval = this.#interval
    const generation = this.#generation
    const asked = [...open].map(([question, records]): Asked => {
      const known = this.#remembered.get(question)
      const stands = known !== undefined && !known.isFailure && known.expires === Infinity
      return { question, known: stands ? known : undefined, time: now, records }
    })
    this.counters.asked += asked.length
    const answers = await this.#answers(asked)
    const answered = new Map<string, Remembered>()
    for (const [at, { question, records }] of asked.entries()) {
      const { answer, isLogged } = answers[at] ?? NO_ANSWER
      const remembered = rememberedOf(answer, { question, interval, now })
      if (!isLogged) remembered.repeats = records
      this.#heed(answer)
      if (generation === this.#generation) this.#remember(remembered)
      else if (remembered.repeats > 0) this.#owe(remembered)
      answered.set(question, remembered)
    }
    return answered
  }

  /** So many at a time that each part is answered within its time. */
  async #answers(asked: readonly Asked[]): Promise<GivenAnswer[]> {
    const given: GivenAnswer[] = []
    for (let at = 0; at < asked.length; at += limits.policyQuestions) {
      const some = asked
        .slice(at, at + limits.policyQuestions)
        .map(({ known, ...rest }) => ({ ...rest, known: known && knownOf(known) }))
      const answers = await this.#parts.desk
        .ask(some)
        .catch((thrown: unknown) => `the policy cannot be asked: ${errorText(thrown)}`)
      for (const index of some.keys()) {
        const answer = typeof answers === 'string' ? failed(answers) : answers[index]
        const isLogged = typeof answers !== 'string'
        given.push(answer === undefined ? NO_ANSWER : { answer, isLogged })
      }
    }
    return given
  }

  #remember(remembered: Remembered): void {
    const before = this.#remembered.get(remembered.question)
    if (before !== undefined) this.#forget(before)
    if (this.#remembered.size >= limits.policyCacheEntries) {
      const [oldest] = this.#remembered.values()
      if (oldest !== undefined) this.#forget(oldest)
    }
    this.#remembered.set(remembered.question, remembered)
  }

  #forget(remembered: Remembered): void {
    this.#remembered.delete(remembered.question)
    if (remembered.repeats > 0) this.#owe(remembered)
  }

  #owe(remembered: Remembered): void {
    if (this.#owed.length >= limits.policyCacheEntries) {
      this.counters.unlogged += remembered.repeats
      return
    }
    this.#owed.push(takeRepeats(remembered))
    if (this.#owed.length % OWED_AT_ONCE === 0) void this.settle()
  }

  /** With a new interval everything is logged anew, and what was counted in the old one is due. */
  #turnInterval(now: number): void {
    const interval = Math.floor(now / (limits.decisionIntervalMs * 1000))
    if (interval === this.#interval) return
    this.#interval = interval
    void this.settle()
  }

  /** Nobody is told twice of what has not changed. */
  #heed(answer: Answer): void {
    if (answer.kind === 'decided') this.#fault = ''
    else this.#alarm(`nothing may leave that the policy has to decide: ${answer.text}`)
  }

  #alarm(text: string): void {
    if (text === this.#fault) return
    this.#fault = text
    this.#parts.onAlarm(text)
  }

  #verdict(record: ExportRecord, { allow, reason, redact }: Decision, isFailure: boolean): Verdict {
    if (!allow) {
      this.counters.stayed++
      if (!isFailure) return { kind: 'stays', reason }
      this.counters.failed++
      return { kind: 'undecided', reason }
    }
    this.counters.left++
    const { subject, fields } = record
    if (redact.length === 0) return { kind: 'leaves', subject, fields, redacted: redact }
    const names = new Set(redact)
    const kept = Object.entries(fields).filter(([name]) => !names.has(name))
    return {
      kind: 'leaves',
      subject: names.has('subject') ? { kind: subject.kind, id: '' } : subject,
      fields: Object.fromEntries(kept),
      redacted: redact,
    }
  }
}

/** Counts that are logged before the interval is over, where so many questions are asked that the cache forgets. */
const OWED_AT_ONCE = 1024

type Outcome = Pick<Remembered, 'decision' | 'isFailure'>

const UNCLASSIFIED: Outcome = {
  decision: denied('it has no class'),
  isFailure: false,
}

interface GivenAnswer {
  readonly answer: Answer
  /** False: the log knows nothing of it yet. */
  readonly isLogged: boolean
}

const NO_ANSWER: GivenAnswer = { answer: failed('the policy gave no answer'), isLogged: false }

function knownOf({ decision, revision }: Asked['known'] & object): Asked['known'] {
  return { decision, revision }
}

interface Moment {
  readonly question: string
  readonly interval: number
  readonly now: number
}

function rememberedOf(answer: Answer, { question, interval, now }: Moment): Remembered {
  const times = { question, interval, repeats: 0, first: now, last: now }
  if (answer.kind === 'failed') {
    const expires = now + limits.policyRetryMs * 1000
    return { ...times, decision: denied(answer.text), revision: '', isFailure: true, expires }
  }
  const { decision, revision, holdMs } = answer
  return { ...times, decision, revision, isFailure: false, expires: now + holdMs * 1000 }
}

function takeRepeats(remembered: Remembered): Entry {
  const { question, decision, revision, first, last, repeats } = remembered
  remembered.repeats = 0
  return { ...decision, revision, question, first, last, records: repeats }
}

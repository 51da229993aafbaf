import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import type { AuditEntry } from '../../store/audit.ts'
import { type Command, type Order, commandText, parseAnswer } from './order.ts'
import { Paces, type Tally } from './pace.ts'
import type { Expectation, Route } from './route.ts'

export const outcomes = [
  'done',
  'refused',
  'failed',
  'timed-out',
  'not-authorised',
  'busy',
] as const
export type Outcome = (typeof outcomes)[number]

export interface Ending {
  readonly outcome: Outcome
  readonly detail: string
}

export interface ReplyTo {
  readonly topic: string
  readonly correlation: Uint8Array | undefined
}

export interface Request {
  /** For the audit. */
  readonly id: string
  /** Known to the edge and the device alone: who has it may answer. */
  readonly secret: Uint8Array
  readonly who: string
  /** Whose pace it counts for. */
  readonly asker: string
  readonly address: string
  readonly device: string
  /** Text: what is wrong with it. */
  readonly order: Order | string
  readonly isAllowed: boolean
  /** The way to the device, or why there is none. */
  readonly route: Route | Ending
  /** Undefined: the asker wants no answer. */
  readonly replyTo: ReplyTo | undefined
}

/** A command on its way to a device. */
export interface Dispatch {
  readonly device: string
  readonly command: Command
  readonly secret: Uint8Array
  readonly route: Route
  readonly timeoutMs: number
}

export type Action =
  /** To the disk; `recorded` is to be called with this id when it is there. */
  | { readonly kind: 'record'; readonly id: string; readonly entry: AuditEntry }
  | { readonly kind: 'send'; readonly dispatch: Dispatch }
  | { readonly kind: 'answer'; readonly replyTo: ReplyTo; readonly body: string }

/** Since the start. */
export interface DeskCounters {
  readonly outcomes: Record<Outcome, number>
  /** Answers of devices that nobody waits for, or no longer. */
  strayAnswers: number
  /** Requests turned away without a record of their own: too many, one after another, of one asker, or of all. */
  unrecorded: number
}

interface Ticket extends Request {
  readonly receivedMs: number
  /** Infinity: it has not been sent. */
  sentMs: number
  deadlineMs: number
  /** Records of it on their way to the disk. */
  records: number
  /** Undefined: it has not ended. */
  ending: (Ending & { readonly durationMs: number }) | undefined
}

/**
 * Commands from the request to the answer, without connections or disks: `(state, message, now) -> actions`. Each request is on the
 * disk before anything is sent to a device, and each outcome before anybody is told.
 */
export class CommandDesk {
  readonly counters: DeskCounters = {
    outcomes: { done: 0, refused: 0, failed: 0, 'timed-out': 0, 'not-authorised': 0, busy: 0 },
    strayAnswers: 0,
    unrecorded: 0,
  }
  readonly #tickets = new Map<string, Ticket>()
  readonly #paces = new Paces()

  get inFlight(): number {
    return this.#open().length
  }

  /** Whether a message of an edge node can matter. */
  get awaitsSparkplug(): boolean {
    return this.#tickets.size > 0 && this.#open().some(({ route }) => route.kind === 'sparkplug')
  }

  request(request: Request, nowMs: number): Action[] {
    const pace = this.#paces.take(request, nowMs)
    const progress = {
      receivedMs: nowMs,
      sentMs: Infinity,
      deadlineMs: Infinity,
      records: 0,
      ending: undefined,
    }
    const ticket: Ticket = { ...request, ...progress }
    const isFull = this.#tickets.size >= limits.commandsKept
    if (isFull && pace !== 'over') this.#paces.turnAway(request, nowMs)
    if (isFull || pace === 'over') {
      this.counters.unrecorded++
      return this.#answer(ticket, { ...TOO_FAST, durationMs: 0 })
    }
    const refusal = pace === 'late' ? TOO_FAST : this.#refusalOf(request)
    this.#tickets.set(request.id, ticket)
    if (refusal !== undefined) return this.#end(ticket, refusal, nowMs)
    return [record(ticket, nowMs)]
  }

  /** A record of this id is on the disk. */
  recorded(id: string, nowMs: number): Action[] {
    const ticket = this.#tickets.get(id)
    if (ticket === undefined || --ticket.records > 0) return []
    if (ticket.ending !== undefined) {
      this.#tickets.delete(id)
      return this.#answer(ticket, ticket.ending)
    }
    const { device, order, route, secret } = ticket
    if (typeof order === 'string' || 'outcome' in route) return []
    ticket.sentMs = nowMs
    ticket.deadlineMs = nowMs + order.timeoutMs
    const { command, timeoutMs } = order
    return [{ kind: 'send', dispatch: { device, command, secret, route, timeoutMs } }]
  }

  /** What an ordinary device publishes to its responses. */
  answered(
    device: string,
    answer: { readonly secret: Uint8Array | undefined; readonly payload: Uint8Array },
    nowMs: number,
  ): Action[] {
    const { secret, payload } = answer
    const ticket = this.#sent().find(
      (each) =>
        each.route.kind === 'plain' &&
        each.device === device &&
        secret !== undefined &&
        Buffer.compare(each.secret, secret) === 0,
    )
    if (ticket === undefined) {
      this.counters.strayAnswers++
      return []
    }
    return this.#end(ticket, parseAnswer(payload) ?? UNREADABLE, nowMs)
  }

  /** A message of an edge node has been taken; `shows` tells whether it is what a command sent then was to bring about. */
  heard(shows: (expectation: Expectation, sentMs: number) => boolean, nowMs: number): Action[] {
    return this.#sent().flatMap((ticket) => {
      const { route, sentMs } = ticket
      const isDone = route.kind === 'sparkplug' && shows(route.expects, sentMs)
      return isDone ? this.#end(ticket, { outcome: 'done', detail: '' }, nowMs) : []
    })
  }

  /** Called every now and then. */
  due(nowMs: number): Action[] {
    const late = this.#sent().filter(({ deadlineMs }) => deadlineMs <= nowMs)
    const silent = late.flatMap((ticket) => this.#end(ticket, SILENCE, nowMs))
    return [...silent, ...this.#paces.tallies(nowMs).map((tally) => tallyRecord(tally, nowMs))]
  }

  /** The edge goes down: nobody will be there for an answer. */
  abandon(nowMs: number): Action[] {
    const open = this.#open().flatMap((ticket) => this.#end(ticket, STOPPED, nowMs))
    return [...open, ...this.#paces.tallies(Infinity).map((tally) => tallyRecord(tally, nowMs))]
  }

  #refusalOf({ isAllowed, order, route, device }: Request): Ending | undefined {
    if (!isAllowed) return { outcome: 'not-authorised', detail: '' }
    if (typeof order === 'string') return { outcome: 'refused', detail: order }
    if ('outcome' in route) return route
    const open = this.#open()
    if (open.filter((each) => each.device === device).length >= limits.commandsPerDevice)
      return { outcome: 'busy', detail: 'the device has a command already' }
    return open.length >= limits.commandsInFlight
      ? { outcome: 'busy', detail: 'too many commands are on their way' }
      : undefined
  }

  #end(ticket: Ticket, ending: Ending, nowMs: number): Action[] {
    ticket.ending = { ...ending, durationMs: nowMs - ticket.receivedMs }
    return [record(ticket, nowMs)]
  }

  #answer({ device, order, replyTo }: Ticket, ending: NonNullable<Ticket['ending']>): Action[] {
    const { outcome, detail, durationMs } = ending
    this.counters.outcomes[outcome]++
    if (replyTo === undefined) return []
    const command = typeof order === 'string' ? undefined : order.command.kind
    const words = detail === '' ? {} : { detail }
    const rounded = Math.round(durationMs)
    const body = JSON.stringify({ device, command, outcome, ...words, durationMs: rounded })
    return [{ kind: 'answer', replyTo, body }]
  }

  #open(): (Ticket & { readonly route: Route })[] {
    return [...this.#tickets.values()].filter(isOpen)
  }

  #sent(): (Ticket & { readonly route: Route })[] {
    return this.#open().filter(({ sentMs }) => sentMs < Infinity)
  }
}

/** Nobody waits for it, and it belongs to no device: its id is empty, as its device is. */
function tallyRecord({ who, address, count }: Tally, nowMs: number): Action {
  const requests = count === 1 ? '1 more request' : `${count} more requests`
  const entry = {
    time: Micros(Math.round(nowMs * 1000)),
    request: '',
    who,
    address,
    device: '',
    command: '',
    outcome: 'busy',
    detail: `${requests} one after another`,
    durationMs: 0,
  }
  return { kind: 'record', id: '', entry }
}

function record(ticket: Ticket, nowMs: number): Action {
  ticket.records++
  return { kind: 'record', id: ticket.id, entry: entryOf(ticket, nowMs) }
}

function isOpen(ticket: Ticket): ticket is Ticket & { readonly route: Route } {
  return ticket.ending === undefined && !('outcome' in ticket.route)
}

function entryOf(ticket: Ticket, nowMs: number): AuditEntry {
  const { id, who, address, device, order, ending } = ticket
  return {
    time: Micros(Math.round(nowMs * 1000)),
    request: id,
    who,
    address,
    device: device.slice(0, limits.deviceBytes),
    command: typeof order === 'string' ? '' : commandText(order.command),
    outcome: ending?.outcome ?? 'requested',
    detail: ending?.detail ?? '',
    durationMs: ending?.durationMs,
  }
}

const TOO_FAST: Ending = { outcome: 'busy', detail: 'too many requests one after another' }
const UNREADABLE: Ending = { outcome: 'failed', detail: 'the answer of the device cannot be read' }
const SILENCE: Ending = { outcome: 'timed-out', detail: '' }
const STOPPED: Ending = { outcome: 'failed', detail: 'the edge was stopped meanwhile' }

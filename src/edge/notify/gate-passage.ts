import { lookup } from 'node:dns/promises'
import { ALARM_ALIASES, classifyAlarm } from '../../api/egress/alarm-record.ts'
import type { Passage } from '../../api/egress/border.ts'
import { type Listed, clearAll } from '../../api/egress/record-list.ts'
import { readingsIn } from '../../api/egress/result-record.ts'
import { GridError, errorCode } from '../../core/errors.ts'
import type { ClearedNotice } from '../../notify/message-text.ts'
import type { AlarmFacts, Notice } from '../../notify/ports.ts'
import type { Gate } from '../../policy/gate.ts'
import type { InsideNetwork } from '../access/inside-network.ts'
import { passageOf } from '../egress/site-border.ts'
import type { Subjects } from '../egress/subjects.ts'
import type { Channel, Destination } from './delivery.ts'

export interface GateParts {
  readonly gate: Pick<Gate, 'ask'>
  readonly subjects: Subjects
  readonly inside: InsideNetwork
}

/** What of a message may leave. */
export type Clearance =
  | {
      readonly kind: 'decided'
      readonly notices: readonly ClearedNotice[]
      /** How many stay here, whole. */
      readonly withheld: number
      readonly reason: string
    }
  /** Nobody could decide: it is asked again later. */
  | { readonly kind: 'undecided'; readonly reason: string }

/** The first address of a host: what it is asked about, and connected to. @throws GridError `unreachable` */
export async function locate(host: string): Promise<Destination> {
  try {
    const { address, family } = await lookup(host.replace(/^\[|\]$/g, ''))
    return { host, address, family: family === 6 ? 6 : 4 }
  } catch (cause) {
    throw new GridError('unreachable', `${host}: no such host (${errorCode(cause)})`, { cause })
  }
}

/** A destination by one road. */
export interface Way extends Destination {
  readonly channel: Channel['kind']
  /** It passes on what it gets, wherever it is itself. */
  readonly isOutside: boolean
}

/** Inside the substation everything goes, elsewhere what the policy lets. */
export async function clear(
  notices: readonly Notice[],
  way: Way,
  parts: GateParts,
): Promise<Clearance> {
  let undecided = ''
  const gate: GateParts['gate'] = {
    ask: async (road, records) => {
      const verdicts = await parts.gate.ask(road, records)
      for (const each of verdicts) if (each.kind === 'undecided') undecided = each.reason
      return verdicts
    },
  }
  const passage = passageTo(way, { ...parts, gate })
  if (passage === undefined) return { kind: 'decided', notices, withheld: 0, reason: '' }
  const shown = await clearAll(notices.map(listed), passage)
  if (undecided !== '') return { kind: 'undecided', reason: undecided }
  const reasons = new Set(shown.flatMap((each) => (each.shown === undefined ? each.reasons : [])))
  const reason = [...reasons].join('; ')
  const cleared = shown.flatMap((each, at): ClearedNotice[] =>
    each.shown === undefined ? [] : [{ kind: notices[at]?.kind ?? 'raised', alarm: each.shown }],
  )
  return { kind: 'decided', notices: cleared, withheld: notices.length - cleared.length, reason }
}

/** A test says nothing of the substation but its name, and asks all the same. Empty: it may leave. */
export async function clearTest(way: Way, parts: GateParts): Promise<string> {
  const passage = passageTo(way, parts)
  if (passage === undefined) return ''
  const [cleared] = await passage.clear([
    { class: 'event', kind: 'notify.test', windowSeconds: 0, members: 1, names: ['site'] },
  ])
  return cleared?.kind === 'leaves' ? '' : (cleared?.reason ?? 'nobody decided')
}

/** Undefined: it is inside. The host is who asks. */
function passageTo(way: Way, { gate, subjects, inside }: GateParts): Passage | undefined {
  const { host, address, channel, isOutside } = way
  if (!isOutside && inside.has(address)) return undefined
  return passageOf(subjects, gate, { destination: 'outside', channel, principal: host })
}

/** Names of members are those of customers' meters as often as not: how many there are is enough. */
function listed({ alarm }: Notice): Listed {
  const { first: _first, ...members } = alarm.members ?? { count: 0, active: 0 }
  const object: AlarmFacts = alarm.members === null ? alarm : { ...alarm, members }
  const isReading = readingsIn(alarm.subject.kind, object)
  return { object, aliases: ALARM_ALIASES, classified: () => classifyAlarm(object), isReading }
}

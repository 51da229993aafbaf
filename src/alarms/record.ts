import { type Alarm, conditions } from './alarm.ts'
import { type AlarmBook, blank } from './book.ts'
import type { AlarmRow, Fields, Place, PlaceKind } from './ports.ts'

/** As it is kept. What the settings and the members say of it is found anew at a start. */
export function encodeAlarm(alarm: Alarm): AlarmRow {
  const { terms: _terms, members: _members, holding: _holding, id, ...kept } = alarm
  return { id, body: JSON.stringify(kept) }
}

/** Undefined: it cannot be read. */
export function decodeAlarm(
  { id, body }: AlarmRow,
  book: Pick<AlarmBook, 'grid' | 'settings'>,
): Alarm | undefined {
  const kept = recordOf(body)
  if (kept === undefined) return undefined
  const { name, key } = kept
  const subject = placeOf(kept['subject'])
  if (typeof name !== 'string' || typeof key !== 'number' || subject === undefined) return undefined
  const above = book.grid.above(subject)
  const known =
    above.length > 0 ? above : listOf(kept['above']).flatMap((item) => placeOf(item) ?? [])
  const alarm = blank({ id, name, subject, key, above: known }, book)
  const condition = conditions.find((each) => each === kept['condition'])
  if (condition === undefined) return undefined
  for (const number of NUMBERS) {
    const value = kept[number]
    if (typeof value === 'number') alarm[number] = value
  }
  alarm.condition = condition
  alarm.fields = fieldsOf(kept['fields'])
  alarm.isAcknowledged = kept['isAcknowledged'] === true
  alarm.rises = listOf(kept['rises']).filter((at) => typeof at === 'number')
  const { acknowledgement, shelf } = kept
  if (isRecord(acknowledgement)) {
    const { who, at, comment } = acknowledgement
    alarm.acknowledgement = { who: String(who), at: Number(at), comment: String(comment) }
  }
  if (isRecord(shelf)) {
    const { who, at, until, reason } = shelf
    alarm.shelf = {
      who: String(who),
      at: Number(at),
      until: Number(until),
      reason: String(reason),
    }
  }
  return alarm
}

const NUMBERS = [
  'dueAt',
  'time',
  'end',
  'since',
  'latest',
  'severity',
  'value',
  'raisedAt',
  'returnedAt',
  'occurrences',
  'chatter',
  'parent',
] as const

const KINDS: readonly PlaceKind[] = ['site', 'voltageLevel', 'transformer', 'feeder', 'device']

function recordOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function placeOf(value: unknown): Place | undefined {
  if (!isRecord(value)) return undefined
  const { id } = value
  const kind = KINDS.find((each) => each === value['kind'])
  return kind === undefined || typeof id !== 'string' ? undefined : { kind, id }
}

function fieldsOf(value: unknown): Fields {
  const fields: Record<string, number | string> = {}
  for (const [name, field] of Object.entries(isRecord(value) ? value : {})) {
    if (typeof field === 'number' || typeof field === 'string') fields[name] = field
    else if (field === null) fields[name] = Number.NaN // As JSON has it.
  }
  return fields
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { type Alarm, holds } from './alarm.ts'
import type { AlarmBook } from './book.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { AlarmRow } from './ports.ts'
import { decodeAlarm } from './record.ts'

/**
 * Fills a book with what was kept, and returns how many rows could not be read. A process may have ended between two writes: so members are
 * found by what they say of themselves, and whoever lost its parent, its members or its herald stands as it is without them.
 */
export function restoreBook(
  rows: Iterable<AlarmRow>,
  { book, lifecycle }: { readonly book: AlarmBook; readonly lifecycle: Lifecycle },
  now: number,
): number {
  let damaged = 0
  const alarms: Alarm[] = []
  for (const row of rows) {
    const alarm = decodeAlarm(row, book)
    if (alarm === undefined) damaged++
    else {
      book.restore(alarm)
      alarms.push(alarm)
    }
  }
  const mended = alarms.filter((alarm) => !isWhole(alarm, book))
  for (const alarm of alarms) countHolding(alarm, book)
  for (const alarm of alarms) book.place(alarm)
  for (const alarm of mended) book.touch(alarm)
  for (const alarm of alarms) lifecycle.resume(alarm, now)
  return damaged
}

/** False: what it refers to is not there, and it does so no longer. */
function isWhole(alarm: Alarm, book: AlarmBook): boolean {
  book.skip(Math.max(alarm.parent, alarm.chatter))
  const isHeraldLost = alarm.chatter !== 0 && book.get(alarm.chatter) === undefined
  if (isHeraldLost) alarm.chatter = 0
  if (alarm.parent === 0) return !isHeraldLost
  const parent = book.get(alarm.parent)
  const isAbove = alarm.above.some(
    ({ kind, id }) => parent?.subject.kind === kind && parent.subject.id === id,
  )
  // What is above is never below as well: so there is no ring of parents, whatever the disk says.
  if (parent !== undefined && isAbove) {
    parent.members.add(alarm.id)
    return !isHeraldLost
  }
  alarm.parent = 0
  return false
}

/** From below: of a member that stands for others, too, it is known only then whether it holds. */
function countHolding(alarm: Alarm, book: AlarmBook): void {
  alarm.holding = 0
  for (const id of alarm.members) {
    const member = book.get(id)
    if (member === undefined) continue
    countHolding(member, book)
    if (holds(member)) alarm.holding++
  }
}

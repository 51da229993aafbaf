import { name } from '../sdk/index.ts'

export const OUTAGE = name('outage')
export const CUSTOMERS_INTERRUPTED = name('outage.customers-interrupted')
export const CUSTOMER_MINUTES = name('outage.customer-minutes')
export const MOMENTARY_INTERRUPTIONS = name('outage.momentary-interruptions')

export const MEMBERS = name('members')
export const SILENT = name('silent')
export const CUSTOMERS = name('customers')
export const OUT = name('out')
export const SUSTAINED = name('sustained')
export const MOMENTARY = name('momentary')
export const MINUTES = name('customer-minutes')
export const DURATION = name('duration')
export const LATE = name('late')
export const UNCOUNTED = name('uncounted')

export const CLASS = name('class')
export const SCOPE = name('scope')
export const SCOPE_DEVICE = name('device')
export const SCOPE_PART = name('part')
export const SCOPE_PHASE = name('phase')
export const SCOPE_FEEDER = name('feeder')

/** The word that says which phases is also the name of its field. */
export const PHASE = SCOPE_PHASE

const A = name('a')
const B = name('b')
const C = name('c')
const AB = name('ab')
const BC = name('bc')
const CA = name('ca')
const ABC = name('abc')

/** `mask`: 1 for a, 2 for b, 4 for c, added up. */
export function phaseWord(mask: i32): u32 {
  if (mask == 1) return A
  if (mask == 2) return B
  if (mask == 3) return AB
  if (mask == 4) return C
  if (mask == 5) return CA
  if (mask == 6) return BC
  return ABC
}

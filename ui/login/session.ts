import { Cell } from '../cell.ts'

export const roles = ['viewer', 'operator', 'engineer'] as const
export type Role = (typeof roles)[number]

/** Who looks at this page, as the edge knows them. */
export interface Person {
  readonly name: string
  readonly role: Role
  /** `local`: nobody in particular; there are no users, and the page is on the machine of the edge. */
  readonly kind: 'person' | 'program' | 'local'
}

/** `out`: the edge wants to know who it is. The address of the page stays, so that after a login the same is shown. */
export type Session =
  | { readonly kind: 'asked' }
  | { readonly kind: 'in'; readonly person: Person }
  | { readonly kind: 'out' }

export const session = new Cell<Session>({ kind: 'asked' })

/** Whether whoever looks may do what needs this role. */
export function may(role: Role): boolean {
  const { value } = session
  return value.kind === 'in' && roles.indexOf(value.person.role) >= roles.indexOf(role)
}

/** Whatever a form says, what is done is done under this name. */
export function isNamed(): boolean {
  const { value } = session
  return value.kind === 'in' && value.person.kind !== 'local'
}

const AWAY_MS = 60_000
let touchedMs = Date.now()
for (const event of ['pointerdown', 'keydown', 'wheel'] as const)
  addEventListener(event, () => (touchedMs = Date.now()), { passive: true, capture: true })

/** Nobody has touched the page lately: it asks by itself, which keeps no session alive. */
export function isAway(): boolean {
  return Date.now() - touchedMs > AWAY_MS
}

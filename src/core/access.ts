import type { Role } from './roles.ts'

/** Whoever a request is made by. */
export interface Person {
  readonly name: string
  readonly role: Role
  /** `local`: nobody in particular, on the machine itself, as long as there are no users. */
  readonly kind: 'person' | 'program' | 'local'
}

/** What a request shows of who makes it, and where it comes from. */
export interface Shown {
  /** Of the connection, without a port. */
  readonly address: string
  /** From this machine itself, under a name of this machine, and handed on by nobody. */
  readonly isHere: boolean
  /** What is sent could be read on the way. */
  readonly isOpen: boolean
  readonly session: string | undefined
  readonly token: string | undefined
  /** Whoever sits there does nothing: a page asks by itself. */
  readonly isIdle: boolean
}

/** A sentence each: what is wrong, and what to do. */
export interface Refusal {
  readonly detail: string
  readonly hint: string
}

export type Found =
  | { readonly kind: 'known'; readonly person: Person }
  | { readonly kind: 'unknown'; readonly refusal: Refusal }

export interface Login {
  readonly name: string
  readonly password: string
}

export type LoginOutcome =
  /** What a browser is to keep, and for how long. */
  | {
      readonly kind: 'begun'
      readonly session: string
      readonly seconds: number
      readonly person: Person
    }
  | { readonly kind: 'wrong' }
  /** Not heard: too many failures. */
  | { readonly kind: 'early'; readonly seconds: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'open'; readonly refusal: Refusal }

export interface UserInfo {
  readonly name: string
  readonly role: Role
  readonly kind: 'person' | 'program'
  readonly addedMs: number
  readonly changedMs: number
  /** Of a program's token; undefined: there is no end. */
  readonly expiresMs: number | undefined
  /** Too many wrong passwords: not heard from the network for a while. */
  readonly isLocked: boolean
}

/** What somebody did, or tried. */
export interface Act {
  readonly timeMs: number
  readonly who: string
  readonly address: string
  /** `login`, `add user`, or the method of what was asked for over HTTP. */
  readonly what: string
  /** A name, or an address of HTTP. */
  readonly about: string
  readonly outcome: string
  readonly detail: string
}

/** Who does it, and from where. */
export interface Doer {
  readonly who: string
  readonly address: string
}

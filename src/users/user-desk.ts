import { createHash, randomBytes } from 'node:crypto'
import type {
  Act,
  Doer,
  Found,
  Login,
  LoginOutcome,
  Person,
  Refusal,
  Shown,
  UserInfo,
} from '../core/access.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { CHOSEN, makePasswordHash } from '../core/password-hash.ts'
import { peerNetwork } from '../core/peer-network.ts'
import type { Role } from '../core/roles.ts'
import { Audit } from './audit.ts'
import { Lockout } from './lockout.ts'
import { passwordBytes, passwordFault } from './password-rules.ts'
import { PasswordDesk } from './password-desk.ts'
import { type Query, type UserRecord, UserTables } from './user-tables.ts'

export interface DeskParts {
  readonly query: Query
  /** In ms since 1970. */
  readonly now: () => number
  /** What a person types to add a user here. */
  readonly addCommand: string
  /** The site file or the command line says that passwords may go in the clear. */
  readonly allowsOpen: boolean
  /** How that, or TLS, is set up. */
  readonly secureHint: string
}

/** Who comes in over HTTP, and what becomes of whoever tries. Only digests of sessions and tokens are kept. */
export class UserDesk {
  readonly tables: UserTables
  readonly #parts: DeskParts
  readonly #audit: Audit
  readonly #lockout = new Lockout()
  readonly #passwords = new PasswordDesk()
  /** Unlockings that have been heeded, by name. */
  readonly #heeded = new Map<string, number>()
  readonly counters = { logins: 0, failed: 0, unheard: 0, unknown: 0, forbidden: 0 }

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.tables = new UserTables(parts.query)
    this.#audit = new Audit(this.tables, parts.now)
  }

  /** Acts that are not in the audit: the disk refused them. */
  get unrecorded(): number {
    return this.#audit.unrecorded
  }

  /** Names that are not heard from the network for a while. */
  get locked(): readonly string[] {
    return this.#lockout.locked(this.#parts.now())
  }

  async identify(shown: Shown): Promise<Found> {
    const found = await this.#find(shown)
    if (found.kind === 'unknown') this.counters.unknown++
    return found
  }

  async login(login: Login, shown: Shown): Promise<LoginOutcome> {
    const refusal = this.#openRefusal(shown)
    if (refusal !== undefined) return { kind: 'open', refusal }
    const name = login.name.normalize('NFC').slice(0, limits.userNameCharacters)
    const user = await this.tables.user(name)
    const outcome = await this.#check({ ...login, name }, user, shown)
    if (outcome !== 'right' || user === undefined) {
      if (outcome === 'early')
        return { kind: 'early', seconds: Math.ceil(limits.loginWaitMsMax / 1000) }
      return { kind: outcome === 'busy' ? 'busy' : 'wrong' }
    }
    this.counters.logins++
    const begun = await this.#begin(user)
    await this.#note({ who: name, address: shown.address }, { what: 'login', about: '' })
    return begun
  }

  async logout(session: string, doer: Doer): Promise<void> {
    await this.tables.endSession(digest(session))
    await this.#note(doer, { what: 'logout', about: '' })
  }

  async users(): Promise<readonly UserInfo[]> {
    const locked = new Set(this.locked)
    return (await this.tables.users()).map((user) => ({
      name: user.name,
      role: user.role,
      kind: user.hash === '' ? 'program' : 'person',
      addedMs: user.addedMs,
      changedMs: user.changedMs,
      expiresMs: user.expiresMs === 0 ? undefined : user.expiresMs,
      isLocked: locked.has(user.name),
    }))
  }

  async add({ name, password, role }: Login & { readonly role: Role }, doer: Doer): Promise<void> {
    const fit = fitName(name)
    const hash = await this.#hash(password, fit)
    if (role !== 'engineer' && !(await this.tables.hasPeople())) {
      throw new GridError('conflict', `${fit} would be the only one, and could add nobody`, {
        hint: 'The first user is an engineer.',
      })
    }
    await this.#insert({ name: fit, role, hash, token: '', expiresMs: 0 })
    await this.#note(doer, { what: 'add user', about: fit, detail: role })
  }

  /** A token for a program; it is told this once. */
  async addToken(
    { name, role, days }: { readonly name: string; readonly role: Role; readonly days: number },
    doer: Doer,
  ): Promise<string> {
    const fit = fitName(name)
    const token = `busbar_${secret()}`
    const expiresMs = this.#parts.now() + days * DAY_MS
    await this.#insert({ name: fit, role, hash: '', token: digest(token), expiresMs })
    await this.#note(doer, { what: 'add token', about: fit, detail: `${role}, ${days} days` })
    return token
  }

  async setRole(name: string, role: Role, doer: Doer): Promise<void> {
    if (!(await this.tables.setRole(name, role, this.#parts.now()))) {
      throw await this.#missing(name, 'keeps its role')
    }
    await this.#note(doer, { what: 'set role', about: name, detail: role })
  }

  async setPassword({ name, password }: Login, doer: Doer): Promise<void> {
    const hash = await this.#hash(password, name)
    if (!(await this.tables.setPassword(name, hash, this.#parts.now()))) {
      throw await this.#missing(name, 'is a program and has no password')
    }
    await this.tables.unlock(name, this.#parts.now())
    await this.#note(doer, { what: 'set password', about: name })
  }

  /** The old one is guessed at no faster than at a login. */
  async changePassword(
    words: { readonly old: string; readonly new: string },
    { name }: Person,
    shown: Shown,
  ): Promise<LoginOutcome> {
    const user = await this.tables.user(name)
    const outcome = await this.#check({ name, password: words.old }, user, shown)
    if (outcome === 'early')
      return { kind: 'early', seconds: Math.ceil(limits.loginWaitMsMax / 1000) }
    if (outcome !== 'right') return { kind: outcome }
    await this.setPassword({ name, password: words.new }, { who: name, address: shown.address })
    const changed = await this.tables.user(name)
    return changed === undefined ? { kind: 'wrong' } : this.#begin(changed)
  }

  async remove(
    name: string,
    doer: Doer,
    which: 'any' | 'but the last engineer' = 'but the last engineer',
  ): Promise<void> {
    if (!(await this.tables.remove(name, which))) throw await this.#missing(name, 'stays')
    await this.#note(doer, { what: 'remove user', about: name })
  }

  async unlock(name: string, doer: Doer): Promise<void> {
    if (!(await this.tables.unlock(name, this.#parts.now()))) throw await this.#missing(name, '')
    await this.#note(doer, { what: 'unlock', about: name })
  }

  async record(act: Omit<Act, 'timeMs'>): Promise<void> {
    if (act.outcome === 'forbidden') {
      this.counters.forbidden++
      await this.#audit.tell(act)
    } else await this.#audit.add(act)
  }

  async acts(limit: number): Promise<{ readonly acts: readonly Act[]; readonly dropped: number }> {
    const acts = await this.tables.acts(limit)
    return { acts, dropped: await this.tables.actsDropped() }
  }

  async #find(shown: Shown): Promise<Found> {
    const { session, token, isHere } = shown
    const nowMs = this.#parts.now()
    if (token !== undefined || session !== undefined) {
      const refusal = this.#openRefusal(shown)
      if (refusal !== undefined) return { kind: 'unknown', refusal }
    }
    if (token !== undefined) {
      const program = await this.tables.program(digest(token))
      if (program === undefined || program.expiresMs <= nowMs)
        return { kind: 'unknown', refusal: program === undefined ? NO_TOKEN : OLD_TOKEN }
      return { kind: 'known', person: { name: program.name, role: program.role, kind: 'program' } }
    }
    if (session !== undefined) {
      const person = await this.#ofSession(session, { nowMs, isIdle: shown.isIdle })
      if (person !== undefined) return { kind: 'known', person }
    }
    if (await this.tables.hasPeople())
      return { kind: 'unknown', refusal: session === undefined ? NOBODY : ENDED }
    if (isHere) return { kind: 'known', person: LOCAL }
    return {
      kind: 'unknown',
      refusal: {
        detail: 'there is no user yet, so only this machine itself is let in',
        hint: `On it: ${this.#parts.addCommand}`,
      },
    }
  }

  async #ofSession(
    session: string,
    { nowMs, isIdle }: { readonly nowMs: number; readonly isIdle: boolean },
  ): Promise<Person | undefined> {
    const key = digest(session)
    const known = await this.tables.session(key)
    if (known === undefined) return undefined
    const { name, role, createdMs, usedMs } = known
    if (nowMs - usedMs >= limits.sessionIdleMs || nowMs - createdMs >= limits.sessionMs)
      return undefined
    // A disk that takes nothing keeps nobody out who is in.
    if (!isIdle && nowMs - usedMs >= limits.sessionTouchMs)
      await this.tables.touchSession(key, nowMs).catch(() => {})
    return { name, role, kind: 'person' }
  }

  #openRefusal({ isHere, isOpen }: Shown): Refusal | undefined {
    if (isHere || !isOpen || this.#parts.allowsOpen) return undefined
    return {
      detail: 'nobody logs in here over a connection that others can read',
      hint: this.#parts.secureHint,
    }
  }

  /** Takes as long whether there is such a user or not. */
  async #check(
    { name, password }: Login,
    user: UserRecord | undefined,
    { address, isHere }: Shown,
  ): Promise<'right' | 'wrong' | 'early' | 'busy'> {
    const trying = { name, address: peerNetwork(address), isHere }
    if (user !== undefined && user.unlockedMs > (this.#heeded.get(name) ?? 0)) {
      this.#heeded.set(name, user.unlockedMs)
      this.#lockout.forget(trying)
    }
    const isEarly = (): boolean => this.#lockout.refuses(trying, this.#parts.now())
    const outcome = isEarly()
      ? 'early'
      : await this.#passwords.compare(passwordBytes(password), user?.hash, () => !isEarly())
    if (outcome === 'right') this.#lockout.success(trying)
    if (outcome === 'early') this.counters.unheard++
    if (outcome === 'wrong') {
      this.counters.failed++
      this.#lockout.failure({ ...trying, isUser: user !== undefined }, this.#parts.now())
      await this.#audit.tell({
        who: name,
        address,
        what: 'login',
        about: '',
        outcome: 'wrong password',
        detail: '',
      })
    }
    return outcome
  }

  async #begin(user: UserRecord): Promise<LoginOutcome> {
    const session = secret()
    await this.tables.beginSession(digest(session), user, this.#parts.now())
    const person = { name: user.name, role: user.role, kind: 'person' } as const
    return { kind: 'begun', session, seconds: Math.floor(limits.sessionMs / 1000), person }
  }

  async #hash(password: string, name: string): Promise<string> {
    const fault = passwordFault(password, name)
    if (fault === undefined) return makePasswordHash(passwordBytes(password), CHOSEN)
    throw new GridError('input', `the password is refused: ${fault}`, {
      hint: 'Some words that belong together for nobody else do well; a space is a character.',
    })
  }

  async #insert(user: Parameters<UserTables['add']>[0]): Promise<void> {
    if (await this.tables.add(user, this.#parts.now())) return
    const isTaken = (await this.tables.user(user.name)) !== undefined
    const why = isTaken ? 'there is one already' : `there are ${limits.users}, which is the most`
    throw new GridError('conflict', `${user.name} is not added: ${why}`)
  }

  async #missing(name: string, stays: string): Promise<GridError> {
    const user = await this.tables.user(name)
    if (user === undefined) return new GridError('not-found', `there is no user ${name}`)
    const why = user.hash === '' ? 'it is a program' : 'it is the last engineer'
    return new GridError('conflict', `${name} ${stays}: ${why}`, {
      hint: 'Make somebody else an engineer first.',
    })
  }

  async #note(
    { who, address }: Doer,
    act: { readonly what: string; readonly about: string; readonly detail?: string },
  ): Promise<void> {
    await this.#audit.add({ who, address, outcome: 'done', detail: '', ...act })
  }
}

const LOCAL: Person = { name: 'local', role: 'engineer', kind: 'local' }
const DAY_MS = 86_400_000

const NOBODY: Refusal = {
  detail: 'who asks is not known',
  hint: 'Log in at /, or send Authorization: Bearer TOKEN; busbar user token makes one.',
}
const ENDED: Refusal = { detail: 'the session has ended', hint: 'Log in again.' }
const NO_TOKEN: Refusal = {
  detail: 'this token is not known',
  hint: 'busbar user token makes one; it is shown once.',
}
const OLD_TOKEN: Refusal = {
  detail: 'this token has come to its end',
  hint: 'busbar user remove takes it away, busbar user token makes a new one.',
}

/** 256 random bits: nobody guesses them, so a plain digest is enough to keep. */
function secret(): string {
  return randomBytes(32).toString('base64url')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function fitName(name: string): string {
  const fit = name.normalize('NFC')
  const isFit =
    /^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u.test(fit) && fit.length <= limits.userNameCharacters
  if (isFit && fit !== LOCAL.name) return fit
  throw new GridError('input', `"${fit.slice(0, 80)}" is no name of a user`, {
    hint: `1 to ${limits.userNameCharacters} letters, digits and . _ @ - ; ${LOCAL.name} is taken.`,
  })
}

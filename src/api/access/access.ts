import type {
  Act,
  Doer,
  Found,
  Login,
  LoginOutcome,
  Person,
  Shown,
  UserInfo,
} from '../../core/access.ts'
import type { Role } from '../../core/roles.ts'

/** Those who may come in. What it does not do it rejects with a GridError that says why. */
export interface Access {
  identify(shown: Shown): Promise<Found>
  login(login: Login, shown: Shown): Promise<LoginOutcome>
  logout(session: string, doer: Doer): Promise<void>
  users(): Promise<readonly UserInfo[]>
  add(user: Login & { readonly role: Role }, doer: Doer): Promise<void>
  setRole(name: string, role: Role, doer: Doer): Promise<void>
  setPassword(login: Login, doer: Doer): Promise<void>
  /** By whoever knows the old one: all sessions end, and a new one begins. */
  changePassword(
    words: { readonly old: string; readonly new: string },
    person: Person,
    shown: Shown,
  ): Promise<LoginOutcome>
  remove(name: string, doer: Doer): Promise<void>
  unlock(name: string, doer: Doer): Promise<void>
  /** What somebody did that is none of the above. Never rejects: what could not be written is counted. */
  record(act: Omit<Act, 'timeMs'>): Promise<void>
  acts(limit: number): Promise<{ readonly acts: readonly Act[]; readonly dropped: number }>
}

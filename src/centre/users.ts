import type { FastifyInstance } from 'fastify'
import { accessRoutes } from '../api/access/access-routes.ts'
import { takeJson } from '../api/json-scope.ts'
import { type Address, formatAddress, isLoopbackHost } from '../core/address.ts'
import { UserDesk } from '../users/user-desk.ts'
import type { Database } from './database/database.ts'

export interface CentreUsersParts {
  readonly database: Pick<Database, 'query'>
  readonly http: Address
  readonly isSecure: boolean
  /** Passwords from other machines are taken without TLS, too. */
  readonly plainLogins: boolean
  readonly warn: (text: string) => void
}

/** The users of a centre: in its database, so that all workers on one database know the same. */
export function centreUsers(parts: CentreUsersParts): UserDesk {
  const { database, http, isSecure, plainLogins, warn } = parts
  if (!isLoopbackHost(http.host) && !isSecure)
    warn(`${formatAddress(http)}: HTTP is in the clear. ${plainLogins ? READABLE : SECURE_HINT}`)
  return new UserDesk({
    query: database.query,
    now: Date.now,
    addCommand: 'busbar user add NAME --role engineer, with the --database or --data of the centre',
    allowsOpen: plainLogins,
    secureHint: SECURE_HINT,
  })
}

/** What is wrong with the way in. */
export function entryProblems(locked: readonly string[], certificateFault = ''): readonly string[] {
  const problems: string[] = []
  if (locked.length > 0)
    problems.push(
      `Too many wrong passwords were tried, in the name of ${locked.join(', ')}. It is not heard from new addresses for a while; find out who tries, busbar user unlock ends it.`,
    )
  if (certificateFault !== '')
    problems.push(
      `A new certificate is not used: ${certificateFault}. The one before it is; mend the file.`,
    )
  return problems
}

/** Addresses that take a body, hence a scope of its own. */
export async function userRoutes(
  app: FastifyInstance,
  { users }: { readonly users: UserDesk },
): Promise<void> {
  takeJson(app)
  for (const { method, url, needs, answer } of accessRoutes(users)) {
    const config = { needs, records: true }
    app.route({ method, url, handler: answer, config })
  }
}

const SECURE_HINT =
  'Start the centre with --http-certificate and --http-key; or, on a network where nobody listens in, with --plain-logins.'
const READABLE = 'Passwords and tokens can be read on the way, as --plain-logins says.'

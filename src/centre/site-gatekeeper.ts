import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { peerNetwork } from '../core/peer-network.ts'
import { type PasswordHash, PasswordChecks, parseHash } from '../core/password-hash.ts'
import { LoginThrottle } from '../core/login-throttle.ts'
import type {
  Gatekeeper,
  Identity,
  Later,
  PeerCertificate,
  Stranger,
  Verdict,
} from '../mqtt/ports.ts'
import { reason } from '../mqtt/reasons.ts'
import { fleetSourceOf, fleetTopic, toSite } from '../fleet/topics.ts'
import { ackTopic, sourceOf } from '../uplink/topics.ts'

/** A site, or the worker of this process. */
class Peer implements Identity {
  readonly name: string
  readonly kind: 'site' | 'worker'
  /** Of its certificate; undefined: it came in without one. */
  readonly serial: string | undefined

  constructor(name: string, kind: 'site' | 'worker', serial?: string) {
    this.name = name
    this.kind = kind
    this.serial = serial
  }
}

/** Lets sites in that are known by their passwords, and has each send in its own name only. */
export class SiteGatekeeper implements Gatekeeper {
  /** With them the worker of this process comes in. */
  readonly worker: { readonly username: string; readonly password: string } = {
    username: ':worker',
    password: randomBytes(32).toString('base64url'),
  }
  readonly #sites: ReadonlyMap<string, PasswordHash> | undefined
  readonly #isStanding: (serial: string) => boolean
  readonly #checks = new PasswordChecks()
  readonly #throttle = new LoginThrottle()

  /** `sites` undefined: whoever comes without a certificate is the site that it says it is. */
  constructor(
    sites: ReadonlyMap<string, PasswordHash> | undefined,
    isStanding: (serial: string) => boolean,
  ) {
    this.#sites = sites
    this.#isStanding = isStanding
  }

  admit(stranger: Stranger, later: Later): Verdict | undefined {
    const { remote, userName = '', password, certificate } = stranger
    if (userName === this.worker.username && this.#isWorker(password))
      return new Peer(userName, 'worker')
    if (certificate !== undefined) return this.#proved(certificate, userName)
    if (this.#sites === undefined)
      return SITE.test(userName) ? new Peer(userName, 'site') : reason.badUserNameOrPassword
    const attempt = {
      address: peerNetwork(remote.slice(0, remote.lastIndexOf(':'))),
      name: userName,
    }
    if (this.#throttle.refuses(attempt, Date.now())) return reason.connectionRateExceeded
    const hash = this.#sites.get(userName)
    if (hash === undefined || password === undefined || password.length > limits.passwordBytes) {
      this.#throttle.failure(attempt, Date.now())
      return reason.badUserNameOrPassword
    }
    if (this.#checks.isFull) return reason.serverBusy
    this.#checks.compare(password, hash, {
      isDue: () => !this.#throttle.refuses(attempt, Date.now()),
      done: (outcome) => {
        if (outcome === 'right') this.#throttle.success(attempt)
        else if (outcome === 'wrong') this.#throttle.failure(attempt, Date.now())
        const isIn = outcome === 'right'
        later(isIn ? new Peer(userName, 'site') : reason.badUserNameOrPassword, Date.now())
      },
    })
    return undefined
  }

  exchange(): undefined {}

  mayPublish(_: string, topic: string, identity: Identity | undefined): boolean {
    if (!(identity instanceof Peer)) return false
    if (identity.kind === 'worker') return /^(?:uplink|fleet)\//.test(topic)
    return (sourceOf(topic) ?? fleetSourceOf(topic))?.site === identity.name
  }

  maySubscribe(_: string, filter: string, identity: Identity | undefined): boolean {
    if (!(identity instanceof Peer)) return false
    if (identity.kind === 'worker' || filter === ackTopic(identity.name)) return true
    return toSite.some((kind) => filter === fleetTopic(identity.name, kind))
  }

  /** A certificate may be revoked while its site is here. */
  standing(identity: Identity): number {
    const serial = identity instanceof Peer ? identity.serial : undefined
    const isOut = serial !== undefined && !this.#isStanding(serial)
    return isOut ? reason.notAuthorised : reason.success
  }

  /** By a certificate of the centre's own authority: the handshake has looked at who signed it. */
  #proved({ commonName, subjectAltNames }: PeerCertificate, userName: string): Verdict {
    const serial = subjectAltNames.flatMap((name) => SERIAL.exec(name)?.[1] ?? [])[0]
    const isIts = userName === '' || userName === commonName
    if (serial === undefined || !isIts || !SITE.test(commonName) || !this.#isStanding(serial))
      return reason.notAuthorised
    return new Peer(commonName, 'site', serial)
  }

  #isWorker(password: Uint8Array | undefined): boolean {
    const own = Buffer.from(this.worker.password)
    return password?.length === own.length && timingSafeEqual(password, own)
  }
}

const SITE = /^[a-z0-9-]{1,64}$/
/** See `serialName` of the authority. */
const SERIAL = /^URI:urn:busbar:certificate:([0-9a-f]{32})$/

/** A line for each site: its id, a space, and what `busbar device hash` says of its password. @throws GridError `input`. */
export function readSites(path: string): ReadonlyMap<string, PasswordHash> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('input', `${path}: cannot be read (${errorText(cause)})`, { cause })
  }
  const sites = new Map<string, PasswordHash>()
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [site = '', phc = ''] = line.trim().split(/\s+/)
    const hash = parseHash(phc)
    if (!SITE.test(site) || hash === undefined) {
      throw new GridError('input', `${path}:${at + 1}:1: no site with a hash of its password`, {
        hint: 'busbar device hash prints the hash of a password that it reads from standard input.',
      })
    }
    sites.set(site, hash)
  }
  return sites
}

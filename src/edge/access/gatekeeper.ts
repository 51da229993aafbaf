import { randomBytes } from 'node:crypto'
import type { Exchange, Gatekeeper, Identity, Later, Stranger, Verdict } from '../../mqtt/ports.ts'
import { reason } from '../../mqtt/reasons.ts'
import { limits } from '../../core/limits.ts'
import { peerNetwork } from '../../core/peer-network.ts'
import type { Site } from '../site/site.ts'
import { deviceOfCertificate } from './certificate-device.ts'
import type { DeviceRecord } from './device-store.ts'
import type { Attempt, LoginThrottle } from '../../core/login-throttle.ts'
import { type PasswordHash, PasswordChecks, parseHash } from '../../core/password-hash.ts'
import { ScramLogin } from './scram-login.ts'
import { type ScramVerifier, decoyVerifier, parseVerifier } from './scram-verifier.ts'
import {
  type TopicRights,
  allowsPublish,
  allowsSubscribe,
  clientRights,
  deviceRights,
  edgeNodeRights,
  isRequest,
  isServers,
} from './topic-rights.ts'
import { coversDevice } from './command-rights.ts'

export interface GatekeeperParts {
  readonly site: Pick<Site, 'access' | 'devices' | 'roles' | 'clients' | 'sparkplug'>
  readonly devices: KnownDevices
  readonly throttle: LoginThrottle
  /** The device that sends to a topic outside of `grid/`. */
  readonly foreignDevice: (topic: string) => string | undefined
  /** In ms since 1970. */
  readonly now: () => number
}

/** `device-store.ts#DeviceStore`, or what a test knows. */
export interface KnownDevices {
  get(id: string): DeviceRecord | undefined
  look(): void
  readonly decoyKey: Uint8Array
}

/** Who comes in, and what they may do. Where the site is anonymous nobody is asked who they are. */
export function siteGatekeeper(parts: GatekeeperParts): Gatekeeper {
  return parts.site.access.anonymous ? openGate(parts) : new NamedGate(parts)
}

function openGate({ site, foreignDevice }: GatekeeperParts): Gatekeeper {
  const { anyTopic } = site.access
  return {
    admit: () => reason.success,
    exchange: () => undefined, // Nobody is asked: to go through the motions would promise what is not kept.
    mayPublish: (_, topic) =>
      isOthers(topic, site.access) &&
      (anyTopic ||
        isRequest(topic) ||
        topic.startsWith('grid/') ||
        foreignDevice(topic) !== undefined),
    maySubscribe: () => true,
    standing: () => reason.success,
  }
}

/** A device, or a client of the site file; `secretMs`: the secret of the device store that it came in with. */
class Person implements Identity {
  readonly name: string
  readonly kind: 'device' | 'client'
  readonly rights: TopicRights
  readonly secretMs: number | undefined
  /** Devices that it may send commands to. */
  readonly command: readonly string[]
  /** What it is sent leaves the substation, wherever it connects from. */
  readonly outside: boolean

  constructor(name: string, person: Omit<Person, 'name'>) {
    const { kind, rights, secretMs, command, outside } = person
    this.name = name
    this.kind = kind
    this.rights = rights
    this.secretMs = secretMs
    this.command = command
    this.outside = outside
  }
}

/** Only who has a role that says so; a device never. */
export function mayCommand(identity: Identity | undefined, device: string): boolean {
  return identity instanceof Person && identity.command.some((each) => coversDevice(each, device))
}

/** Whose role says so. */
export function isOutsider(identity: Identity | undefined): boolean {
  return identity instanceof Person && identity.outside
}

interface Candidate {
  readonly person: Person
  readonly hash: PasswordHash
  /** Undefined: by password only. */
  readonly scram: ScramVerifier | undefined
}

class NamedGate implements Gatekeeper {
  readonly #parts: GatekeeperParts
  readonly #checks = new PasswordChecks()
  readonly #siteDevices: ReadonlySet<string>
  readonly #clients: ReadonlyMap<string, Candidate>
  #lookedMs = -Infinity

  constructor(parts: GatekeeperParts) {
    this.#parts = parts
    this.#siteDevices = new Set(parts.site.devices.map(({ id }) => id))
    this.#clients = new Map(clientsOf(parts.site))
  }

  admit(stranger: Stranger, later: Later): Verdict | undefined {
    const { clientId, userName, password, certificate } = stranger
    const nowMs = this.#parts.now()
    const proved = deviceOfCertificate(certificate, (id) => this.#isDevice(id))
    if (proved !== undefined && password === undefined) {
      this.#parts.devices.look()
      const isTheSame = userName === undefined || userName === proved
      if (!isTheSame || this.#isTaken(clientId, proved)) return reason.notAuthorised
      return this.#isRevoked(proved) ? reason.notAuthorised : this.#device(proved, undefined)
    }
    if (userName === undefined || password === undefined) return reason.notAuthorised
    const attempt: Attempt = { address: peerNetwork(addressOf(stranger.remote)), name: userName }
    const { throttle } = this.#parts
    if (throttle.refuses(attempt, nowMs)) return reason.connectionRateExceeded
    this.#parts.devices.look()
    const candidate = this.#candidate(userName)
    if (candidate === undefined || password.length > limits.passwordBytes) {
      throttle.failure(attempt, nowMs)
      return reason.badUserNameOrPassword
    }
    if (this.#checks.isFull) return reason.serverBusy
    const isMixed = proved !== undefined && proved !== userName
    const isAllowed = !isMixed && !this.#isTaken(clientId, userName)
    this.#checks.compare(password, candidate.hash, {
      isDue: () => !throttle.refuses(attempt, this.#parts.now()),
      done: (outcome) => {
        const doneMs = this.#parts.now()
        if (outcome === 'right') throttle.success(attempt)
        if (outcome === 'wrong') throttle.failure(attempt, doneMs)
        const admitted = isAllowed ? candidate.person : reason.notAuthorised
        later(outcome === 'right' ? admitted : REFUSALS[outcome], doneMs)
      },
    })
    return undefined
  }

  exchange(stranger: Omit<Stranger, 'password'>, method: string): Exchange | undefined {
    if (method !== 'SCRAM-SHA-256') return undefined
    const { devices, throttle, now } = this.#parts
    const { clientId, certificate, userName } = stranger
    const proved = deviceOfCertificate(certificate, (id) => this.#isDevice(id))
    devices.look()
    return new ScramLogin(randomBytes(NONCE_BYTES).toString('base64'), {
      candidate: (name) => {
        const { person, scram } = this.#candidate(name) ?? {}
        const decoy = decoyVerifier(name, devices.decoyKey) // Also where it is not needed: it takes its time.
        const isMixed = (proved ?? name) !== name || (userName ?? name) !== name
        return {
          person: scram === undefined ? undefined : person,
          verifier: scram ?? decoy,
          isAllowed: !isMixed && !this.#isTaken(clientId, name),
        }
      },
      throttle,
      address: addressOf(stranger.remote),
      now,
    })
  }

  mayPublish(_: string, topic: string, identity: Identity | undefined): boolean {
    const { access } = this.#parts.site
    if (!isOthers(topic, access) || !(identity instanceof Person)) return false
    // Whoever may not is told so, and written down, by the one who hears the request.
    if (isRequest(topic) || access.anyTopic || allowsPublish(identity.rights, topic)) return true
    return identity.kind === 'device' && this.#parts.foreignDevice(topic) === identity.name
  }

  maySubscribe(_: string, filter: string, identity: Identity | undefined): boolean {
    if (!(identity instanceof Person)) return false
    return this.#parts.site.access.anyTopic || allowsSubscribe(identity.rights, filter)
  }

  standing(identity: Identity): number {
    this.#look()
    if (this.#clients.has(identity.name)) return reason.success
    if (this.#isRevoked(identity.name)) return reason.notAuthorised
    // Of a session of an earlier process only the name is known.
    const secretMs = identity instanceof Person ? identity.secretMs : undefined
    const isOld =
      secretMs !== undefined && this.#parts.devices.get(identity.name)?.changedMs !== secretMs
    return isOld ? reason.administrative : reason.success
  }

  /** Asked of a thousand devices in a row, the device store is looked at once. */
  #look(): void {
    const nowMs = this.#parts.now()
    if (nowMs - this.#lookedMs >= limits.deviceLookMs || nowMs < this.#lookedMs) {
      this.#lookedMs = nowMs
      this.#parts.devices.look()
    }
  }

  #candidate(name: string): Candidate | undefined {
    const client = this.#clients.get(name)
    if (client !== undefined) return client
    const record = this.#parts.devices.get(name)
    const hash = record === undefined ? undefined : parseHash(record.hash)
    if (record === undefined || hash === undefined || record.revokedMs !== undefined)
      return undefined
    const scram = parseVerifier(record.scram)
    return { person: this.#device(name, record.changedMs), hash, scram }
  }

  #device(id: string, secretMs: number | undefined): Person {
    const isSparkplug = this.#parts.site.sparkplug !== undefined
    const rights = isSparkplug ? edgeNodeRights(id) : deviceRights(id)
    return new Person(id, { kind: 'device', rights, secretMs, command: [], outside: false })
  }

  #isDevice(id: string): boolean {
    return this.#siteDevices.has(id) || this.#parts.devices.get(id) !== undefined
  }

  #isRevoked(id: string): boolean {
    return this.#parts.devices.get(id)?.revokedMs !== undefined
  }

  /** The name of another is no client id: whoever took it first would take its session, or keep it out. */
  #isTaken(clientId: string, name: string): boolean {
    if (clientId === name) return false
    return this.#clients.has(clientId) || this.#isDevice(clientId)
  }
}

const NONCE_BYTES = 18

const REFUSALS = {
  wrong: reason.badUserNameOrPassword,
  skipped: reason.connectionRateExceeded,
} as const

function clientsOf({ clients, roles }: GatekeeperParts['site']): [string, Candidate][] {
  return clients.flatMap(({ name, role, passwordHash, scram }) => {
    const known = roles.find((each) => each.name === role)
    const hash = parseHash(passwordHash)
    if (known === undefined || hash === undefined) return []
    const rights = clientRights(name, known)
    const { command, outside } = known
    const rest = { secretMs: undefined, command, outside }
    const person = new Person(name, { kind: 'client', rights, ...rest })
    const verifier = scram === undefined ? undefined : parseVerifier(scram)
    return [[name, { person, hash, scram: verifier }]]
  })
}

/** Without the port, which is another for every connection. */
function addressOf(remote: string): string {
  return remote.slice(0, remote.lastIndexOf(':'))
}

/**
 * `$` topics are the server's own [MQTT-4.7.2-1], and so are those by which it tells devices what to do, but on a site for tests, which
 * takes any topic.
 */
function isOthers(topic: string, { anyTopic }: { readonly anyTopic: boolean }): boolean {
  return !topic.startsWith('$') && (anyTopic || !isServers(topic))
}

import type { Message } from './session/message.ts'

/**
 * What the MQTT server needs from the substation around it. Messages that must be durable before they are acknowledged
 * go to an intake; everything else is an ordinary MQTT message between clients.
 */

/** Who takes the messages of one topic: opaque to MQTT, found once per topic and connection, then reused. */
export type Source = object

/** Returned by `take` where there is no room now: nothing was taken, the same message is to be offered again. */
export const NO_ROOM = -1

export interface Intake {
  /** Who takes messages of this topic; undefined: nobody, it is an ordinary message. */
  open(topic: string): Source | undefined

  /** Time of arrival of the messages that follow, in ms since 1970. */
  setArrival(nowMs: number): void

  /**
   * Takes one application message. `bytes[start..end)` is the payload and is valid only during the call. Returns the MQTT 5.0
   * reason code that its acknowledgement is to carry once `durableBatch` has reached `takenBatch` (0x00 success, 0x99
   * payload format invalid, 0x97 quota exceeded), or `NO_ROOM`.
   */
  take(source: Source, bytes: Uint8Array, start: number, end: number): number

  /** The disk has no room: `take` has none either, and what cannot wait is refused. */
  readonly isFull: boolean
  /** A message that is not taken because of that is counted. */
  refuse(source: Source): void

  /** Everything taken so far is durable once `durableBatch` is this number or a later one. */
  readonly takenBatch: number
  /** Of a batch that was refused (`Broker.refuse`) it says no more than that it is settled. */
  readonly durableBatch: number
}

/** Keeps what is to outlive the process: bytes under a key of at most 2 KiB. */
export interface Keeper {
  /** All changes up to here are durable, or none of them, once the intake's `durableBatch` has reached `takenBatch`. */
  put(key: string, value: Uint8Array): void
  remove(key: string): void
  /** Rises with every change. */
  readonly changes: number
  /** False: so much waits for the disk that nothing should be taken which has to be kept. */
  readonly hasRoom: boolean
}

/** What was kept when the last process ended. */
export type Kept = Iterable<readonly [key: string, value: Uint8Array]>

/** May this client come in, and what may it do? */
export interface Gatekeeper {
  /** The verdict, or undefined where it takes time: then `later` is called once, and not before `admit` has returned. */
  admit(stranger: Stranger, later: Later): Verdict | undefined
  /** `identity`: whom `admit` has let in; undefined where it did not ask. */
  /** For a client that names an authentication method (section 4.12): undefined where there is no such method here. */
  exchange(stranger: Omit<Stranger, 'password'>, method: string): Exchange | undefined
  mayPublish(clientId: string, topic: string, identity: Identity | undefined): boolean
  maySubscribe(clientId: string, filter: string, identity: Identity | undefined): boolean
  /** Asked about once a second of whoever is in: 0x00, or the reason code to part with. */
  standing(identity: Identity): number
}

/** Who may not be sent all that he subscribes to. */
export interface Customs {
  /** Asked as a client comes in; undefined: it is sent everything as it is. `remote` is `ADDRESS:PORT`. */
  inspectorFor(identity: Identity | undefined, remote: string): Inspector | undefined
}

/** Looks at what is to be sent to one client. */
export interface Inspector {
  /** False: it is not sent, and need not be looked at. */
  mayPass(message: Message): boolean
  /** Calls `passed` once, and not before it has returned: with what may be sent in its place, or undefined where nothing may. */
  inspect(message: Message, passed: (message: Message | undefined, nowMs: number) => void): void
}

/** Somebody known, opaque to MQTT but for the name: a session belongs to one name. */
export interface Identity {
  readonly name: string
}

/** An MQTT 5.0 reason code, of which 0x00 lets a client in that is nobody in particular; or whom it lets in. */
export type Verdict = number | Identity

/** `nowMs`: when the verdict was found. */
export type Later = (verdict: Verdict, nowMs: number) => void

/** A login in steps. It is over with whatever is not `continue`, and is not asked again then. */
export interface Exchange {
  /** `data`: what the client sent, valid only during the call; empty where it sent none. */
  step(data: Uint8Array): ExchangeStep
}

export type ExchangeStep =
  | { readonly kind: 'continue'; readonly data: Uint8Array }
  | { readonly kind: 'admitted'; readonly identity: Identity; readonly data: Uint8Array }
  /** `why`: for people, where there is more to say than the code does. */
  | { readonly kind: 'refused'; readonly code: number; readonly why?: string }

export interface Stranger {
  /** Empty: the server is to choose one. */
  readonly clientId: string
  /** `ADDRESS:PORT`. */
  readonly remote: string
  readonly certificate: PeerCertificate | undefined
  readonly userName: string | undefined
  /** Valid only during the call, never to be logged. */
  readonly password: Uint8Array | undefined
}

/** What a client has proved by its TLS certificate, which was signed by a CA of the site. */
export interface PeerCertificate {
  /** Of the subject; empty where there is none, or more than one. */
  readonly commonName: string
  /** With their kind, as `DNS:meter-1.north-07` or `URI:urn:meter:1`. */
  readonly subjectAltNames: readonly string[]
}

/** The bytes of one network connection on their way out. */
export interface Sink {
  readonly remote: string
  /** Undefined: it has none, or was not asked. */
  readonly certificate?: PeerCertificate | undefined
  /** Takes ownership of `bytes`: the caller does not change them afterwards. */
  write(bytes: Uint8Array): void
  /** Written, but not yet taken by the peer. */
  readonly unsentBytes: number
  /** No more `receive` until `resume`. */
  pause(): void
  resume(): void
  /** Sends what was written, then ends the connection. */
  end(): void
}

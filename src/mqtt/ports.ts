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

  /** Everything taken so far is durable once `durableBatch` is this number or a later one. */
  readonly takenBatch: number
  readonly durableBatch: number
}

/** May this client come in, and what may it do? Capability 2 fills this with accounts and access rules. */
export interface Gatekeeper {
  /** An MQTT 5.0 reason code; 0x00 lets the client in. */
  admit(client: { readonly clientId: string; readonly remote: string }): number
  mayPublish(clientId: string, topic: string): boolean
  maySubscribe(clientId: string, filter: string): boolean
}

/** The bytes of one network connection on their way out. */
export interface Sink {
  readonly remote: string
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

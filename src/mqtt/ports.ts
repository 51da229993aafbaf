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

  /**
   * Takes one application message. `bytes[start..end)` is the payload and is valid only during the call. Returns an MQTT 5.0
   * reason code that the acknowledgement is to carry once everything taken so far is durable (0x00 success, 0x99 payload format
   * invalid, 0x97 quota exceeded), or `NO_ROOM`. The server issues one receipt for each QoS 1 or 2 message after `take`
   * returned a reason, in the order of the calls, and settles receipts when `Receipts.settle` says so.
   */
  take(source: Source, bytes: Uint8Array, start: number, end: number): number

  /** The server has handed over all that the sockets held for now: a good moment to commit. */
  turnEnded(): void
}

/** May this client come in, and what may it do? Capability 2 fills this with accounts and access rules. */
export interface Gatekeeper {
  admit(client: { readonly clientId: string; readonly remote: string }): number
  mayPublish(clientId: string, topic: string): boolean
  maySubscribe(clientId: string, filter: string): boolean
}

/**
 * What the thread of the pod and the thread that owns its socket share, for the pod waits and may not return to its event loop:
 *
 *     words   i32: see below; whoever changes one wakes the pod
 *     ring    bytes that have come, at their count modulo the size
 */
export const RING_BYTES = 1 << 20
/** Counts every change, and is what the pod sleeps on. */
export const SIGNAL = 0
/** CONNECTING, CONNECTED or GONE. */
export const STATE = 1
/** Bytes that came and bytes that were read since the socket was opened; they overflow. */
export const CAME = 2
export const READ = 3
/** Bytes that the pod has sent and the system has not taken. */
export const UNSENT = 4
/** The answer to a name: its four bytes, and whether it is there (1) or is none (2). */
export const ADDRESS = 5
export const ANSWER = 6
export const WORDS = 8

export const CONNECTING = 0
export const CONNECTED = 1
export const GONE = 2

export interface SharedSocket {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly ring: Uint8Array<SharedArrayBuffer>
}

export function shareSocket(): SharedSocket {
  return {
    words: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
    ring: new Uint8Array(new SharedArrayBuffer(RING_BYTES)),
  }
}

export function wake({ words }: SharedSocket): void {
  Atomics.add(words, SIGNAL, 1)
  Atomics.notify(words, SIGNAL)
}

/** What the pod asks of the thread that owns the socket. */
export type Request =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number }
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'close' }
  | { readonly kind: 'look-up'; readonly name: string }
  | { readonly kind: 'ready' }

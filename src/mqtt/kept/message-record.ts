import type { Message } from '../session/message.ts'
import { decodeRecord, encodeRecord, numberOf, textOf } from './record.ts'

/** Keys: `message/31` of what waits for somebody, `retained/grid/m1/state` of what is retained. */
export const MESSAGE = 'message/'
export const RETAINED = 'retained/'

export function messageKey(number: number): string {
  return `${MESSAGE}${number}`
}

export function retainedKey(topic: string): string {
  return `${RETAINED}${topic}`
}

export function encodeMessage(message: Message): Uint8Array {
  const { publisher, expiresMs } = message
  const head = expiresMs === Infinity ? { publisher } : { publisher, expiresMs }
  return encodeRecord(head, message)
}

/** Throws where the bytes are no message. */
export function decodeMessage(bytes: Uint8Array): Message {
  const { head, content } = decodeRecord(bytes)
  const expiresMs = head['expiresMs'] === undefined ? Infinity : numberOf(head['expiresMs'])
  return { ...content, expiresMs, publisher: textOf(head['publisher']) }
}

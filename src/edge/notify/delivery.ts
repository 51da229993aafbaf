import { readFileSync } from 'node:fs'
import { GridError, errorCode } from '../../core/errors.ts'
import type { ClearedNotice, Language, MessageText } from '../../notify/message-text.ts'

/** Where a host is. What was asked about is what is connected to: the name is not looked up again. */
export interface Destination {
  readonly host: string
  readonly address: string
  readonly family: 4 | 6
}

/** One message, as it may leave. */
export interface Delivery {
  /** The same for the same content, so that a receiver can tell one that comes again after a crash. */
  readonly id: string
  readonly site: string
  readonly language: Language
  readonly sentAt: Date
  readonly text: MessageText
  /** Empty: it is a test. */
  readonly notices: readonly ClearedNotice[]
}

/** One way to tell somebody. */
export interface Channel {
  readonly kind: 'email' | 'webhook' | 'alertmanager'
  readonly host: string
  /** Resolves when the receiver has taken it; `signal` ends it. @throws whatever the receiver, the network or a file of a secret says. */
  deliver(delivery: Delivery, destination: Destination, signal: AbortSignal): Promise<void>
}

/** Read anew for each message: whoever replaces a password need not restart. Never a part of what is said. */
export function readSecret(path: string): string {
  const [line = ''] = readText(path).split(/\r?\n/)
  if (line !== '') return line
  throw new GridError('input', `${path}: the first line is empty`)
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('input', `${path}: cannot be read (${errorCode(cause)})`, { cause })
  }
}

import { limits } from '../../core/limits.ts'

/**
 * All that can be asked of a device. The list is closed, and nothing of what an asker writes reaches a device but a number of
 * seconds: whatever operates switchgear has no way through here.
 */
export type Command =
  | { readonly kind: 'read-now' }
  | { readonly kind: 'reporting-interval'; readonly seconds: number }
  /** Of an edge node of Sparkplug only. */
  | { readonly kind: 'rebirth' }

export interface Order {
  readonly command: Command
  readonly timeoutMs: number
}

export type AnswerOutcome = 'done' | 'refused'

export interface DeviceAnswer {
  readonly outcome: AnswerOutcome
  readonly detail: string
}

/** `{"command":"reporting-interval","seconds":60,"timeoutSeconds":30}`; or what is wrong with it. */
export function parseOrder(payload: Uint8Array): Order | string {
  const given = parseObject(payload)
  if (given === undefined) return `not a JSON object of at most ${limits.commandBytes} bytes`
  const { command: kind, seconds, timeoutSeconds, ...others } = given
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return 'a key other than command, seconds and timeoutSeconds'
  const timeoutMs =
    timeoutSeconds === undefined
      ? limits.commandTimeoutMs
      : wholeNumber(timeoutSeconds, limits.commandTimeoutMsMax / 1000) * 1000
  if (Number.isNaN(timeoutMs))
    return `timeoutSeconds is a whole number from 1 to ${limits.commandTimeoutMsMax / 1000}`
  const command = commandOf(kind, seconds)
  return typeof command === 'string' ? command : { command, timeoutMs }
}

function commandOf(kind: unknown, seconds: unknown): Command | string {
  if (kind === 'reporting-interval') {
    const known = wholeNumber(seconds, limits.commandIntervalSecondsMax)
    return Number.isNaN(known)
      ? `seconds is a whole number from 1 to ${limits.commandIntervalSecondsMax}`
      : { kind, seconds: known }
  }
  if (kind !== 'read-now' && kind !== 'rebirth')
    return 'command is none of read-now, reporting-interval, rebirth'
  return seconds === undefined ? { kind } : `${kind} takes no seconds`
}

/** As a device gets it, and as the audit has it. */
export function orderPayload(command: Command): Buffer {
  return Buffer.from(
    JSON.stringify(
      command.kind === 'reporting-interval'
        ? { command: command.kind, seconds: command.seconds }
        : { command: command.kind },
    ),
  )
}

export function commandText(command: Command): string {
  return command.kind === 'reporting-interval' ? `${command.kind} ${command.seconds}` : command.kind
}

/** `{"outcome":"refused","detail":"battery low"}`; undefined: no answer that a device may give. */
export function parseAnswer(payload: Uint8Array): DeviceAnswer | undefined {
  const { outcome, detail = '' } = parseObject(payload) ?? {}
  if ((outcome !== 'done' && outcome !== 'refused') || typeof detail !== 'string') return undefined
  return { outcome, detail: detail.slice(0, limits.commandDetailCharacters) }
}

function parseObject(payload: Uint8Array): Record<string, unknown> | undefined {
  if (payload.length > limits.commandBytes) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString())
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** From 1 on; NaN: it is none. */
function wholeNumber(value: unknown, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
    ? value
    : NaN
}

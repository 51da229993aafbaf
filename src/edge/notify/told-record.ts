import type { Told } from '../../notify/ports.ts'

/** As it is kept: `body` in the table `told` of docs/format/notify.md. */
export function encodeTold(told: Told | undefined): string {
  return told === undefined ? '' : JSON.stringify(told)
}

/** Undefined: it cannot be read, and people are told once more. */
export function decodeTold(body: string): Told | undefined {
  try {
    const { alarm, isOver, wasSeen, atMs } = JSON.parse(body) as Partial<Told>
    const isWhole =
      typeof alarm?.id === 'number' &&
      typeof alarm.priority === 'string' &&
      typeof isOver === 'boolean' &&
      typeof wasSeen === 'boolean' &&
      typeof atMs === 'number'
    return isWhole ? { alarm, isOver, wasSeen, atMs } : undefined
  } catch {
    return undefined
  }
}

import { limits } from './limits.ts'

/**
 * The account of a device, in readings: received = stored + duplicates + refused. A payload that cannot be read has no
 * readings to count and counts as one. The order is part of the disk format: new kinds go to the end.
 */
export const accountKinds = [
  'stored',
  'duplicate',
  'unreadable',
  'badTime',
  'conflicting',
  'tooManyReadings',
  'tooManyPoints',
  'unknownDevice',
  'diskFull',
] as const

export type AccountKind = (typeof accountKinds)[number]
export type Refusal = Exclude<AccountKind, 'stored' | 'duplicate'>

export const kindNumber: Readonly<Record<AccountKind, number>> = {
  stored: 0,
  duplicate: 1,
  unreadable: 2,
  badTime: 3,
  conflicting: 4,
  tooManyReadings: 5,
  tooManyPoints: 6,
  unknownDevice: 7,
  diskFull: 8,
}

export const refusals: readonly Refusal[] = accountKinds.slice(2) as Refusal[]

/** Room for kinds to come, so that the stride on disk need not change with them. */
export const ACCOUNT_STRIDE = 16

/** One double for each device and kind; untouched pages cost nothing. Written by the writer thread after each commit. */
export function allocateAccounts(): Float64Array<SharedArrayBuffer> {
  const bytes = limits.devices * ACCOUNT_STRIDE * 8
  return new Float64Array(new SharedArrayBuffer(bytes))
}

export interface Account {
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Partial<Record<Refusal, number>>>
}

export function accountOf(accounts: Float64Array, device: number): Account {
  const count = (kind: AccountKind): number =>
    accounts[device * ACCOUNT_STRIDE + kindNumber[kind]] ?? 0
  const refused: Partial<Record<Refusal, number>> = {}
  let received = count('stored') + count('duplicate')
  for (const reason of refusals) {
    const readings = count(reason)
    if (readings > 0) refused[reason] = readings
    received += readings
  }
  return { received, stored: count('stored'), duplicates: count('duplicate'), refused }
}

import type { Address } from '../../src/core/address.ts'
import { formatAddress } from '../../src/core/address.ts'
import type { DeviceRecord } from './record.ts'

/** One line of `GET /api/v1/ledger`. */
export interface EdgeAccount {
  readonly device: string
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  readonly inFlight: number
}

export async function fetchAccounts(http: Address): Promise<readonly EdgeAccount[]> {
  const response = await fetch(`http://${formatAddress(http)}/api/v1/ledger`)
  const { devices } = (await response.json()) as { readonly devices: readonly EdgeAccount[] }
  return devices
}

/**
 * What an account must say. `stored` is the number of readings found in the store, where no device was connected in
 * between, and undefined where some were.
 */
export function accountFaults(
  { sampler, acknowledged, transmitted }: DeviceRecord,
  account: EdgeAccount | undefined,
  stored: number | undefined,
): string[] {
  const { received, duplicates, refused, inFlight } = account ?? NOTHING
  const total = Object.values(refused).reduce((sum, readings) => sum + readings, 0)
  const counted = (account?.stored ?? 0) + duplicates + total + inFlight
  const atLeast = Object.values(acknowledged).reduce((sum, readings) => sum + readings, 0)
  const rules: readonly (readonly [boolean, string])[] = [
    [received === counted, `received is not stored + duplicates + refused + in flight, ${counted}`],
    [received <= transmitted, `only ${transmitted} were sent`],
    [received >= atLeast, `${atLeast} are acknowledged`],
    [duplicates >= acknowledged.again, `${acknowledged.again} repeated ones are acknowledged`],
    [
      (refused['conflicting'] ?? 0) >= acknowledged.conflict,
      `${acknowledged.conflict} conflicting ones are acknowledged`,
    ],
    [
      (refused['unreadable'] ?? 0) >= acknowledged.unreadable,
      `${acknowledged.unreadable} unreadable ones are acknowledged`,
    ],
    [stored === undefined || (account?.stored ?? 0) === stored, `${stored} are in the store`],
  ]
  return rules
    .filter(([holds]) => !holds)
    .map(([, text]) => `${sampler.device}: ${text}, but its account is ${JSON.stringify(account)}`)
}

const NOTHING: Omit<EdgeAccount, 'device' | 'stored'> = {
  received: 0,
  duplicates: 0,
  refused: {},
  inFlight: 0,
}

import type { Account, Reading, Session } from '../edge/answers.ts'
import type { DeviceOutline } from '../edge/site-info.ts'
import { STALE_MS } from '../edge/standing.ts'

export const deviceStates = ['live', 'silent', 'never', 'quarantined'] as const

export interface DeviceRow {
  readonly id: string
  readonly state: (typeof deviceStates)[number]
  readonly kind: string
  /** What it hangs at. */
  readonly where: string
  readonly isConnected: boolean
  /** Who made it one of the site; undefined: the file did, or nobody. */
  readonly adoptedBy: string | undefined
  readonly lastMs: number | undefined
  readonly account: Account | undefined
  readonly refused: number
}

export interface DeviceFacts {
  readonly devices: readonly DeviceOutline[]
  readonly accounts: readonly Account[]
  readonly readings: readonly Reading[]
  readonly sessions: readonly Session[]
  readonly nowMs: number
}

/** Those of the site file and all that anything came from; those that nobody knows first. */
export function rowsOf({ devices, accounts, readings, sessions, nowMs }: DeviceFacts): DeviceRow[] {
  const known = new Map(devices.map((device) => [device.id, device]))
  const counted = new Map(accounts.map((account) => [account.device, account]))
  const connected = new Set(
    sessions.flatMap((session) => (session.connected ? [session.owner ?? session.client] : [])),
  )
  const last = new Map<string, number>()
  for (const { device, time } of readings)
    last.set(device, Math.max(last.get(device) ?? 0, Date.parse(time)))
  const ids = new Set([...known.keys(), ...counted.keys()])
  const rows = Array.from(ids, (id): DeviceRow => {
    const device = known.get(id)
    const account = counted.get(id)
    const lastMs = last.get(id)
    return {
      id,
      state: stateOf({ isKnown: device !== undefined, lastMs, nowMs }),
      kind: device?.kind ?? '',
      where: device?.feeder ?? device?.transformer ?? device?.voltageLevel ?? '',
      isConnected: connected.has(id),
      adoptedBy: device?.adopted?.who,
      lastMs,
      account,
      refused: Object.values(account?.refused ?? {}).reduce((sum, count) => sum + count, 0),
    }
  })
  const urgency = (row: DeviceRow): number =>
    row.state === 'quarantined'
      ? 0
      : row.refused > 0
        ? 1
        : row.state === 'silent'
          ? 2
          : row.state === 'live'
            ? 3
            : 4
  return rows.sort((one, other) => urgency(one) - urgency(other))
}

function stateOf({
  isKnown,
  lastMs,
  nowMs,
}: {
  readonly isKnown: boolean
  readonly lastMs: number | undefined
  readonly nowMs: number
}): DeviceRow['state'] {
  if (!isKnown) return 'quarantined'
  if (lastMs === undefined) return 'never'
  return nowMs - lastMs > STALE_MS ? 'silent' : 'live'
}

import type { Device, Feeder, ReferenceSubject } from './reference-model.ts'

const WATCHING = ['rtu', 'pmu', 'pq-meter']

/** Feeders and devices of a site; the first feeder is the site itself, for devices that hang at none. */
export function readSite(subjects: readonly ReferenceSubject[]) {
  const site = subjects.find(({ kind }) => kind === 'site')
  const feeders = [feederOf(site?.id ?? '', 0, false)]
  for (const { kind, id, entry } of subjects)
    if (kind === 'feeder') feeders.push(feederOf(id, entry?.customers ?? 0, true))
  const devices = new Map<string, Device>()
  for (const { kind, id, entry = {} } of subjects) {
    if (kind !== 'device') continue
    const feeder = feeders.find((one) => one.isReal && one.id === entry.feeder) ?? feeders[0]
    if (feeder === undefined) continue
    const device = deviceOf(id, entry, feeder)
    feeder.devices.push(device)
    devices.set(id, device)
  }
  return { feeders, devices }
}

export function customersOf(devices: readonly Device[]): number {
  return devices.reduce((all, { customers }) => all + customers, 0)
}

function feederOf(id: string, customers: number, isReal: boolean): Feeder {
  return {
    id,
    customers,
    isReal,
    devices: [],
    waiting: [],
    event: undefined,
    breakersOpen: 0,
    openedAt: -Infinity,
  }
}

function deviceOf(
  id: string,
  entry: NonNullable<ReferenceSubject['entry']>,
  feeder: Feeder,
): Device {
  const customers = entry.customers ?? (entry.kind === 'meter' ? 1 : 0)
  return {
    id,
    feeder,
    customers,
    isHead: feeder.isReal && WATCHING.includes(entry.kind ?? '') && customers === 0,
    phase: entry.phase,
    nominalV: entry.nominal?.voltageV ?? 0,
    channels: new Map(),
    newest: -Infinity,
    gaspAt: undefined,
    gaspSeen: -Infinity,
    known: new Set(),
    isDark: false,
    alone: undefined,
  }
}

/** What a device of the site file may be. */
export const deviceKinds = [
  'meter',
  'rtu',
  'pmu',
  'pq-meter',
  'transformer-monitor',
  'concentrator',
] as const

export type DeviceKind = (typeof deviceKinds)[number]

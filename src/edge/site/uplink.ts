import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { limits } from '../../core/limits.ts'

const file = z.string().min(1).max(1024)

/** Where results go, and how: a broker of the centre, or any that it hears. */
export const uplink = z.strictObject({
  url: z
    .string()
    .max(1024)
    .regex(/^(?:mqtts?|wss?):\/\/[^\s/@]+(?:\/\S*)?$/, {
      error: 'mqtts://HOST:PORT is needed, or mqtt, ws or wss, without a name or password in it',
    })
    .describe('Broker of the centre; mqtts or wss: over TLS.'),
  user: z.string().min(1).max(256).optional().describe('Default: the id of the site.'),
  passwordFile: file.optional().describe('Its first line; relative to the site file.'),
  ca: file.optional().describe('PEM file of the CA that signed the certificate of the broker.'),
  certificate: file.optional().describe('PEM file, for a broker that asks for one.'),
  key: file.optional().describe('PEM file of the private key.'),
  backfillRecordsPerSecond: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(limits.backfillRecordsPerSecond)
    .describe('How fast a backlog is sent; what is new goes first.'),
  oneWay: z
    .boolean()
    .default(false)
    .describe('Nothing comes back, as through a data diode: everything is sent several times.'),
  repeatAfterSeconds: z
    .array(
      z
        .int()
        .min(1)
        .max(7 * 86_400),
    )
    .min(1)
    .max(limits.oneWayRepeatTimes)
    .readonly()
    .default([...limits.oneWayRepeatSeconds])
    .describe('One-way: how long after it went last everything goes again, once for each number.'),
})

const FILE_KEYS = ['passwordFile', 'ca', 'certificate', 'key'] as const

/** Files are named from where the site file is. */
export function placeUplink(
  settings: UplinkSettings | undefined,
  path: string,
): UplinkSettings | undefined {
  if (settings === undefined) return undefined
  const placed = FILE_KEYS.flatMap((key) => {
    const name = settings[key]
    return name === undefined ? [] : [[key, resolve(dirname(path), name)] as const]
  })
  return { ...settings, ...Object.fromEntries(placed) }
}

export type UplinkSettings = Readonly<z.output<typeof uplink>>

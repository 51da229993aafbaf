import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { isTopicFilter } from '../../mqtt/topic/filter.ts'
import { isDevicePattern } from '../access/command-rights.ts'
import { USUAL_INSIDE, isNetwork } from '../access/inside-network.ts'
import { parseHash } from '../../core/password-hash.ts'
import { parseVerifier } from '../access/scram-verifier.ts'
import { type Fault, type Path, formatPath } from './fault.ts'
import { networkId } from './network.ts'
import type { YamlText } from './yaml-text.ts'
import { parsePattern, writeOut } from './device-pattern.ts'

function rate(most: number): z.ZodDefault<z.ZodNumber> {
  return z.number().int().min(1).max(most).default(most)
}

/** What one client or address may do; a site may allow less than `limits` does, not more. */
const rates = z.strictObject({
  messagesPerSecond: rate(limits.messagesPerSecond).describe('Messages of one client.'),
  bytesPerSecond: rate(limits.bytesPerSecond).describe('What one client sends, of any kind.'),
  connectionsPerSecond: rate(limits.connectionsPerSecond).describe(
    'New connections from one address; twenty seconds of them may come at once.',
  ),
})

export const access = z.strictObject({
  anonymous: z.boolean().default(false).describe('Whoever reaches the port may connect.'),
  anyTopic: z.boolean().default(false).describe('A client may use topics of other devices.'),
  limits: rates.prefault({}).describe('How fast one client may be, and how fast new ones come.'),
  inside: z
    .array(
      z
        .string()
        .refine(isNetwork, { error: 'a network is needed, such as 10.20.0.0/16 or fd00::/8' }),
    )
    .max(limits.insideNetworks)
    .default([...USUAL_INSIDE])
    .describe(
      'Networks of the substation: what goes elsewhere has to pass the egress gate. Default: loopback, link-local and private ones.',
    ),
})

const filters = z
  .array(
    z.string().refine((text) => isTopicFilter(text) && !text.startsWith('$share/'), {
      error: 'a topic filter is needed: levels with / between, + for one of them, # at the end',
    }),
  )
  .max(limits.roleFilters)

export const role = z.strictObject({
  name: networkId,
  publish: filters.default([]).describe('Topics that it may publish to.'),
  subscribe: filters.default([]).describe('What it may subscribe to, or any part of that.'),
  command: z
    .array(
      z.string().refine(isDevicePattern, {
        error: 'a device is needed, or the beginning of its name with * behind it',
      }),
    )
    .max(limits.roleCommands)
    .default([])
    .describe('Devices that it may send commands to: f1-meter-001, f1-meter-*, or *.'),
  outside: z
    .boolean()
    .default(false)
    .describe('What it is sent leaves the substation, wherever it connects from: a bridge.'),
})

export const client = z.strictObject({
  name: networkId.describe('The user name of MQTT.'),
  role: z.string().describe('One of roles.'),
  passwordHash: z
    .string()
    .refine((text) => parseHash(text) !== undefined, {
      error: 'a hash is needed as busbar device hash prints it: $argon2id$v=19$...',
    })
    .describe('Printed by busbar device hash, first line.'),
  scram: z
    .string()
    .refine((text) => parseVerifier(text) !== undefined, {
      error: 'a verifier is needed as busbar device hash prints it: SCRAM-SHA-256$...',
    })
    .optional()
    .describe(
      'Printed by busbar device hash, second line; without it the client needs a password.',
    ),
})

/** Roles that are named but not there, names given twice, a client that is called like a device. */
export function checkAccess(yaml: YamlText): Fault[] {
  const faults: Fault[] = []
  const complain = (path: Path, text: string): void => {
    faults.push({ offset: yaml.offsetOf(path, 'value'), text: `${formatPath(path)}: ${text}` })
  }
  const roles = new Set<string>()
  for (const [at, { name }] of entriesOf(yaml.value, 'roles').entries()) {
    if (typeof name !== 'string') continue
    if (roles.has(name)) complain(['roles', at, 'name'], `"${name}" is given twice`)
    roles.add(name)
  }
  const clients = entriesOf(yaml.value, 'clients')
  const devices = clients.length === 0 ? new Set() : deviceIds(yaml.value)
  const names = new Set<string>()
  for (const [at, { name, role: wanted }] of clients.entries()) {
    if (typeof wanted === 'string' && !roles.has(wanted)) {
      complain(['clients', at, 'role'], `"${wanted}" is not in roles`)
    }
    if (typeof name !== 'string') continue
    if (names.has(name)) complain(['clients', at, 'name'], `"${name}" is given twice`)
    if (devices.has(name)) complain(['clients', at, 'name'], `"${name}" is a device`)
    names.add(name)
  }
  return faults
}

function deviceIds(value: unknown): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const { id } of entriesOf(value, 'devices')) {
    const pattern = typeof id === 'string' ? parsePattern(id) : ''
    if (typeof pattern === 'string') continue
    const { devices } = pattern
    for (let at = 0; at < devices && ids.size < limits.devices; at++)
      ids.add(writeOut(pattern.id, pattern, at))
  }
  return ids
}

function entriesOf(value: unknown, list: string): readonly Readonly<Record<string, unknown>>[] {
  const items = isRecord(value) ? value[list] : undefined
  return Array.isArray(items) ? items.map((item: unknown) => (isRecord(item) ? item : {})) : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

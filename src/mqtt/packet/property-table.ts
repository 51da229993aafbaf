import { assert } from '../../core/assert.ts'
import { reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import type { Properties } from './properties.ts'

/** One bit for each packet that has properties, and one for the will inside CONNECT. */
export const propertyScope = {
  will: 1 << 0,
  connect: 1 << packetType.connect,
  connack: 1 << packetType.connack,
  publish: 1 << packetType.publish,
  puback: 1 << packetType.puback,
  pubrec: 1 << packetType.pubrec,
  pubrel: 1 << packetType.pubrel,
  pubcomp: 1 << packetType.pubcomp,
  subscribe: 1 << packetType.subscribe,
  suback: 1 << packetType.suback,
  unsubscribe: 1 << packetType.unsubscribe,
  unsuback: 1 << packetType.unsuback,
  disconnect: 1 << packetType.disconnect,
  auth: 1 << packetType.auth,
} as const

export type PropertyScope = (typeof propertyScope)[keyof typeof propertyScope]

/** Names of the properties that hold a `Value`. */
type Named<Value> = {
  [Name in keyof Properties]-?: Required<Properties>[Name] extends Value ? Name : never
}[keyof Properties]

interface Row {
  readonly id: number
  /** Bits of the packets that may carry it. */
  readonly scopes: number
}

export interface NumberRow extends Row {
  readonly wire: 'byte' | 'uint16' | 'uint32'
  readonly name: Named<number>
  readonly least: number
  readonly most: number
  /** What a value out of range is called where it is not a protocol error. */
  readonly otherwise?: number
}

export type PropertyRow =
  | NumberRow
  | (Row & { readonly wire: 'string' | 'topic'; readonly name: Named<string> })
  | (Row & { readonly wire: 'binary'; readonly name: Named<Uint8Array> })
  | (Row & { readonly wire: 'varint'; readonly name: Named<number[]> })
  | (Row & { readonly wire: 'pair'; readonly name: Named<[string, string][]> })

const { will, connect, connack, publish, puback, pubrec, pubrel, pubcomp } = propertyScope
const { subscribe, suback, unsubscribe, unsuback, disconnect, auth } = propertyScope
const message = publish | will
const answers = connack | puback | pubrec | pubrel | pubcomp | suback | unsuback | disconnect | auth
const everywhere = answers | connect | message | subscribe | unsubscribe

const bit = { wire: 'byte', least: 0, most: 1 } as const
const seconds = { wire: 'uint32', least: 0, most: 0xffff_ffff } as const
const uint16 = { wire: 'uint16', least: 0, most: 0xffff } as const
const notZero = { wire: 'uint16', least: 1, most: 0xffff } as const

/** Table 2-4 of the standard, with the ranges that its section 3 gives. */
export const propertyTable: readonly PropertyRow[] = [
  { id: 0x01, name: 'payloadFormat', ...bit, scopes: message },
  { id: 0x02, name: 'messageExpirySeconds', ...seconds, scopes: message },
  { id: 0x03, name: 'contentType', wire: 'string', scopes: message },
  { id: 0x08, name: 'responseTopic', wire: 'topic', scopes: message },
  { id: 0x09, name: 'correlationData', wire: 'binary', scopes: message },
  { id: 0x0b, name: 'subscriptionIds', wire: 'varint', scopes: publish | subscribe },
  { id: 0x11, name: 'sessionExpirySeconds', ...seconds, scopes: connect | connack | disconnect },
  { id: 0x12, name: 'assignedClientId', wire: 'string', scopes: connack },
  { id: 0x13, name: 'serverKeepAliveSeconds', ...uint16, scopes: connack },
  { id: 0x15, name: 'authenticationMethod', wire: 'string', scopes: connect | connack | auth },
  { id: 0x16, name: 'authenticationData', wire: 'binary', scopes: connect | connack | auth },
  { id: 0x17, name: 'requestProblemInformation', ...bit, scopes: connect },
  { id: 0x18, name: 'willDelaySeconds', ...seconds, scopes: will },
  { id: 0x19, name: 'requestResponseInformation', ...bit, scopes: connect },
  { id: 0x1a, name: 'responseInformation', wire: 'string', scopes: connack },
  { id: 0x1c, name: 'serverReference', wire: 'string', scopes: connack | disconnect },
  { id: 0x1f, name: 'reasonString', wire: 'string', scopes: answers },
  { id: 0x21, name: 'receiveMaximum', ...notZero, scopes: connect | connack },
  { id: 0x22, name: 'topicAliasMaximum', ...uint16, scopes: connect | connack },
  // [MQTT-3.3.2-8]: an alias of 0 has a reason code of its own.
  {
    id: 0x23,
    name: 'topicAlias',
    ...notZero,
    scopes: publish,
    otherwise: reason.topicAliasInvalid,
  },
  { id: 0x24, name: 'maximumQos', ...bit, scopes: connack },
  { id: 0x25, name: 'retainAvailable', ...bit, scopes: connack },
  { id: 0x26, name: 'userProperties', wire: 'pair', scopes: everywhere },
  { id: 0x27, name: 'maximumPacketBytes', ...seconds, least: 1, scopes: connect | connack },
  { id: 0x28, name: 'wildcardsAvailable', ...bit, scopes: connack },
  { id: 0x29, name: 'subscriptionIdsAvailable', ...bit, scopes: connack },
  { id: 0x2a, name: 'sharedAvailable', ...bit, scopes: connack },
]

const rowsById = new Map(propertyTable.map((row) => [row.id, row]))
const rowsByName = new Map<string, PropertyRow>(propertyTable.map((row) => [row.name, row]))

/** The property of an identifier, if the packet may carry it. */
export function propertyOf(id: number, scope: PropertyScope): PropertyRow | undefined {
  const row = rowsById.get(id)
  return row !== undefined && (row.scopes & scope) !== 0 ? row : undefined
}

export function propertyNamed(name: string): PropertyRow {
  const row = rowsByName.get(name)
  assert(row !== undefined, 'a property that the standard has')
  return row
}

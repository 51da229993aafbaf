import { type Bytes, bytesField, integerField, textField } from './protobuf-writer.ts'

/** A metric by which an edge node, or a device of it, is told something: as its birth has it. */
export interface Control {
  readonly name: string
  /** Where the birth gave it one, a command has it in place of the name [tck-id-payloads-alias-data-cmd-requirement]. */
  readonly alias: string | undefined
  readonly datatype: number | undefined
}

/**
 * A payload with one metric and no `seq`, of NCMD or DCMD. Its type stands in the birth, and not here [tck-id-payloads-metric-datatype-not-req].
 * Undefined: the type has no room for this value.
 */
export function controlPayload(
  nowMs: number,
  { control, value }: { readonly control: Control; readonly value: number },
): Uint8Array | undefined {
  const { name, alias, datatype = 0 } = control
  const field = valueField(datatype, value)
  if (field === undefined) return undefined
  const naming = alias === undefined ? textField(1, name) : integerField(2, aliasNumber(alias))
  return payloadOf(nowMs, [...naming, ...integerField(3, nowMs), ...field])
}

/**
 * What a host asks of an edge node: `Node Control/Rebirth` = true. It has no alias, for a host that asks may know none
 * [tck-id-operational-behavior-data-commands-rebirth-name-aliases], and it says its type, as the example of the standard does: nobody knows
 * whether the node has a birth to look it up in.
 */
export function rebirthPayload(nowMs: number): Uint8Array {
  const naming = [...textField(1, 'Node Control/Rebirth'), ...integerField(3, nowMs)]
  return payloadOf(nowMs, [...naming, ...integerField(4, BOOLEAN), ...integerField(14, 1)])
}

function payloadOf(nowMs: number, metric: Bytes): Uint8Array {
  return Uint8Array.from([...integerField(1, nowMs), ...bytesField(2, metric)])
}

const BOOLEAN = 11

/** Int8 to Int32 and UInt8 to UInt32 are in `int_value`, the 64-bit ones in `long_value`. */
const MOST: ReadonlyMap<number, { readonly field: number; readonly most: number }> = new Map([
  [1, { field: 10, most: 2 ** 7 - 1 }],
  [2, { field: 10, most: 2 ** 15 - 1 }],
  [3, { field: 10, most: 2 ** 31 - 1 }],
  [4, { field: 11, most: Number.MAX_SAFE_INTEGER }],
  [5, { field: 10, most: 2 ** 8 - 1 }],
  [6, { field: 10, most: 2 ** 16 - 1 }],
  [7, { field: 10, most: 2 ** 32 - 1 }],
  [8, { field: 11, most: Number.MAX_SAFE_INTEGER }],
  [BOOLEAN, { field: 14, most: 1 }],
])

function valueField(datatype: number, value: number): Bytes | undefined {
  const place = MOST.get(datatype)
  return place === undefined || value > place.most ? undefined : integerField(place.field, value)
}

/** `edge-node.ts` keeps the 64 bits as `high:low`. */
function aliasNumber(alias: string): bigint {
  const [high = '0', low = '0'] = alias.split(':')
  return (BigInt(high) << 32n) | BigInt(low)
}

import { assert } from '../../core/assert.ts'
import type { Properties } from './properties.ts'
import { type PropertyRow, type PropertyScope, propertyNamed } from './property-table.ts'
import { varintBytes } from './variable-byte-integer.ts'
import { type PacketWriter, stringBytes } from './writer.ts'

/** Bytes of the properties without the length in front of them; also a fair measure of what keeping them costs. */
export function propertiesBytes(properties: Properties): number {
  let bytes = 0
  for (const name in properties) bytes += propertyBytes(propertyNamed(name), properties)
  return bytes
}

/** Bytes of the properties with the length in front of them: what they add to a remaining length. */
export function propertiesFieldBytes(properties: Properties): number {
  const bytes = propertiesBytes(properties)
  return varintBytes(bytes) + bytes
}

/** Writes the properties in the order in which the object has them; user properties keep theirs [MQTT-3.3.2-18]. */
export function encodeProperties(
  writer: PacketWriter,
  properties: Properties,
  scope: PropertyScope,
): void {
  writer.varint(propertiesBytes(properties)) // 0 where there are none [MQTT-2.2.2-1]
  for (const name in properties) {
    const row = propertyNamed(name)
    assert((row.scopes & scope) !== 0, 'a property that this packet may carry')
    encodeProperty(writer, row, properties)
  }
}

function propertyBytes(row: PropertyRow, properties: Properties): number {
  switch (row.wire) {
    case 'byte':
      return 2
    case 'uint16':
      return 3
    case 'uint32':
      return 5
    case 'varint':
      return sum(present(properties[row.name]), (id) => 1 + varintBytes(id))
    case 'string':
    case 'topic':
      return 1 + stringBytes(present(properties[row.name]))
    case 'binary':
      return 3 + present(properties[row.name]).length
    case 'pair':
      return sum(
        present(properties[row.name]),
        ([name, value]) => 1 + stringBytes(name) + stringBytes(value),
      )
  }
}

function encodeProperty(writer: PacketWriter, row: PropertyRow, properties: Properties): void {
  switch (row.wire) {
    case 'byte':
      writer.byte(row.id)
      writer.byte(present(properties[row.name]))
      return
    case 'uint16':
      writer.byte(row.id)
      writer.uint16(present(properties[row.name]))
      return
    case 'uint32':
      writer.byte(row.id)
      writer.uint32(present(properties[row.name]))
      return
    case 'varint':
      for (const id of present(properties[row.name])) {
        writer.byte(row.id)
        writer.varint(id)
      }
      return
    case 'string':
    case 'topic':
      writer.byte(row.id)
      writer.string(present(properties[row.name]))
      return
    case 'binary':
      writer.byte(row.id)
      writer.binary(present(properties[row.name]))
      return
    case 'pair':
      for (const [name, value] of present(properties[row.name])) {
        writer.byte(row.id)
        writer.string(name)
        writer.string(value)
      }
  }
}

function present<Value>(value: Value | undefined): Value {
  assert(value !== undefined, 'a property that is named has a value')
  return value
}

function sum<Item>(items: readonly Item[], bytesOf: (item: Item) => number): number {
  let bytes = 0
  for (const item of items) bytes += bytesOf(item)
  return bytes
}

import { quality } from '../../core/quality.ts'
import type { Micros } from '../../core/time.ts'
import type { Outcome } from '../decoder.ts'
import { isObject, type Json, type JsonObject, numberOf, quote } from '../json.ts'
import { append, type Context, refuse } from '../reading.ts'
import { type Meaning, NO_TIME, scaled } from './fields.ts'
import { type Pointer, valueAt } from './pointer.ts'
import { stampOf, type TimeField } from './time-field.ts'

/** A list of objects, each with a name and a value, and perhaps an error in place of the value. */
export interface EntryTable {
  readonly time: TimeField | undefined
  readonly list: Pointer
  readonly name: Pointer
  readonly value: Pointer
  readonly error: Pointer | undefined
  /** By the name in the payload; another name is the name of a quantity. */
  readonly meanings: ReadonlyMap<string, Meaning>
}

export function readEntries(document: Json, table: EntryTable, context: Context): Outcome {
  const { draft, now } = context
  const stamp = stampOf(document, table.time, now)
  if (stamp === undefined) return refuse(draft, NO_TIME)
  const list = valueAt(document, table.list)
  if (!Array.isArray(list)) return refuse(draft, `${quote(table.list.join('/'))} is not a list`)
  for (const item of list) {
    const name = valueAt(item, table.name)
    if (typeof name !== 'string') return refuse(draft, 'an entry of the list has no name')
    const error = table.error === undefined ? undefined : valueAt(item, table.error)
    const value = valueAt(item, table.value)
    if (value === undefined && !isError(error))
      return refuse(draft, `${quote(name)} has neither a value nor an error`)
    const outcome = appendNamed(context, table.meanings, { name, value, error, ...stamp })
    if (outcome !== 'ok') return outcome
  }
  return 'ok'
}

/** Neuron's values-format: names to values in one object, names to error codes in another. */
export interface NamedValues {
  readonly values: JsonObject
  readonly errors: Json | undefined
  readonly time: Micros
  readonly bits: number
}

export function readNamed(
  { values, errors, time, bits }: NamedValues,
  meanings: EntryTable['meanings'],
  context: Context,
): Outcome {
  for (const [name, value] of Object.entries(values)) {
    const outcome = appendNamed(context, meanings, { name, value, error: undefined, time, bits })
    if (outcome !== 'ok') return outcome
  }
  if (!isObject(errors)) return 'ok'
  for (const [name, error] of Object.entries(errors)) {
    if (Object.hasOwn(values, name)) continue
    const outcome = appendNamed(context, meanings, { name, value: undefined, error, time, bits })
    if (outcome !== 'ok') return outcome
  }
  return 'ok'
}

interface Named {
  readonly name: string
  readonly value: Json | undefined
  readonly error: Json | undefined
  readonly time: Micros
  readonly bits: number
}

/** What a gateway could not read is kept as invalid; so is text, which is no reading but was sent as one. */
function appendNamed(
  context: Context,
  meanings: EntryTable['meanings'],
  { name, value, error, time, bits }: Named,
): Outcome {
  const { quantity, unit, scale } = meanings.get(name) ?? { quantity: name, unit: '', scale: 1 }
  const number = isError(error) ? undefined : numberOf(value)
  const fault = isError(error) ? quality.failure : quality.badReference
  return append(context, {
    name: quantity,
    unit,
    time,
    value: number === undefined ? NaN : scaled(number, scale),
    bits: number === undefined ? bits | quality.invalid | fault : bits,
  })
}

/** 0 says that nothing is wrong. */
function isError(error: Json | undefined): boolean {
  return error !== undefined && error !== null && error !== 0
}

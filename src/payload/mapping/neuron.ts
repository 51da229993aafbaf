import { isObject, type Json } from '../json.ts'
import { type Context, refuse } from '../reading.ts'
import type { Outcome } from '../decoder.ts'
import { type EntryTable, readEntries, readNamed } from './entries.ts'
import { NO_TIME } from './fields.ts'
import { stampOf, type TimeField } from './time-field.ts'

/**
 * EMQX Neuron, both of its formats. A tag that it could not read comes with an error code:
 *
 *     {"timestamp":1764000000000,"node":"plc","group":"g","values":{"u1":231.2},"errors":{"i1":2014},"metas":{}}
 *     {"timestamp":1764000000000,"node":"plc","group":"g","tags":[{"name":"u1","value":231.2},{"name":"i1","error":2014}]}
 */
export function readNeuron(
  document: Json,
  meanings: EntryTable['meanings'],
  context: Context,
): Outcome {
  const { draft, now } = context
  if (!isObject(document)) return refuse(draft, 'not an object')
  const { values, errors, tags } = document
  if (Array.isArray(tags)) return readEntries(document, { ...TAGS, meanings }, context)
  if (!isObject(values)) return refuse(draft, 'neither "values" nor "tags" is in it')
  const stamp = stampOf(document, TIME, now)
  if (stamp === undefined) return refuse(draft, NO_TIME)
  return readNamed({ values, errors, ...stamp }, meanings, context)
}

const TIME: TimeField = { at: ['timestamp'], unit: 'ms', zone: undefined }
const TAGS = { time: TIME, list: ['tags'], name: ['name'], value: ['value'], error: ['error'] }

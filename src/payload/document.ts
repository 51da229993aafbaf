import { parseQuality, quality } from '../core/quality.ts'
import { Micros, parseTime } from '../core/time.ts'
import type { Outcome } from './decoder.ts'
import { isObject, type Json, type JsonObject, numberOf, parseJson, quote } from './json.ts'
import { append, type Context, refuse } from './reading.ts'
import { isSenml, readSenml } from './senml.ts'

/** Any JSON payload of a device, parsed as a whole: the canonical form in all its variants, and SenML. */
export function readDocument(payload: Uint8Array, context: Context): Outcome {
  const { draft } = context
  const document = parseJson(payload, draft)
  if (document === undefined) return 'unreadable'
  const items = Array.isArray(document) ? document : [document]
  if (isSenml(items)) return readSenml(items, context)
  for (const item of items) {
    const outcome = isObject(item)
      ? readObject(item, context)
      : refuse(draft, 'neither an object nor a list of objects')
    if (outcome !== 'ok') return outcome
  }
  return 'ok'
}

function readObject(item: JsonObject, context: Context): Outcome {
  const { draft, now } = context
  const { ts, values, quality: qualities } = item
  if (!isObject(values)) return refuse(draft, '"values" is missing or not an object')
  for (const key of Object.keys(item)) {
    if (!KNOWN.has(key)) return refuse(draft, `${quote(key)} is not known`)
  }
  const time = ts === undefined ? now : timeOf(ts)
  if (time === undefined)
    return refuse(draft, '"ts" is neither epoch milliseconds nor RFC 3339 with a zone')
  const declared = declaredQualities(qualities, values)
  if (typeof declared === 'string') return refuse(draft, declared)
  const arrival = ts === undefined ? quality.timeOfArrival : quality.good
  for (const [name, given] of Object.entries(values)) {
    const value = numberOf(given)
    if (value === undefined) return refuse(draft, `values[${quote(name)}] is not a number`)
    const bits = arrival | (declared.get(name) ?? quality.good)
    const outcome = append(context, { name, unit: '', time, value, bits })
    if (outcome !== 'ok') return outcome
  }
  return 'ok'
}

/** The bits of each name, or a complaint. */
function declaredQualities(
  given: Json | undefined,
  values: JsonObject,
): ReadonlyMap<string, number> | string {
  if (given === undefined) return NONE
  if (!isObject(given)) return '"quality" is not an object'
  const declared = new Map<string, number>()
  for (const [name, text] of Object.entries(given)) {
    if (!Object.hasOwn(values, name))
      return `"quality" speaks of ${quote(name)}, which has no value`
    const bits = typeof text === 'string' ? parseQuality(text) : undefined
    if (bits === undefined) return `quality[${quote(name)}] is not a known quality`
    declared.set(name, bits)
  }
  return declared
}

/** Undefined for what is no time; a time too far away is for `append` to refuse. */
function timeOf(ts: Json): Micros | undefined {
  if (typeof ts === 'number') return Micros(Math.round(ts * 1000))
  return typeof ts === 'string' ? parseTime(ts) : undefined
}

const KNOWN: ReadonlySet<string> = new Set(['ts', 'values', 'quality'])
const NONE: ReadonlyMap<string, number> = new Map()

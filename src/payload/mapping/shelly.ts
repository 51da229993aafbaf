import type { Outcome } from '../decoder.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { type Context, refuse } from '../reading.ts'
import { type Field, type FieldTable, readFields } from './fields.ts'

/**
 * Shelly Pro EM (Gen2): the answer of `Shelly.GetStatus`, the notification that it has changed, or one component of it, which has
 * a topic of its own. Channels 0, 1 and 2 are taken for phases a, b and c. Energy counts in `em1data`.
 *
 *     {"em1:0":{"id":0,"voltage":231.4,…},"em1data:0":{"id":0,"total_act_energy":48211.07,…},…}
 *     {"src":"shellyproem50-x","method":"NotifyStatus","params":{"ts":1764000000.25,"em1:0":{…}}}
 *     {"id":0,"voltage":231.4,…}
 */
export function readShelly(document: Json, context: Context): Outcome {
  if (!isObject(document)) return refuse(context.draft, 'not an object')
  return readFields(statusOf(document), TABLE, context)
}

function statusOf(document: JsonObject): JsonObject {
  const { id, params, result } = document
  if (isObject(params)) return params
  if (isObject(result)) return result
  if (typeof id !== 'number') return document
  return { [`${'total_act_energy' in document ? 'em1data' : 'em1'}:${id}`]: document }
}

function ofChannel(channel: number, phase: string): Field[] {
  const field = (key: string, quantity: string, unit: string): Field => ({
    at: [`${key.startsWith('total') ? 'em1data' : 'em1'}:${channel}`, key],
    quantity,
    unit,
    scale: 1,
  })
  return [
    field('voltage', `voltage.${phase}`, 'V'),
    field('current', `current.${phase}`, 'A'),
    field('act_power', `power.active.${phase}`, 'W'),
    field('aprt_power', `power.apparent.${phase}`, 'VA'),
    field('pf', `power.factor.${phase}`, '1'),
    // All channels hang at one grid: that of the first one is it.
    field('freq', 'frequency', 'Hz'),
    field('total_act_energy', `energy.active.import.${phase}`, 'W.h'),
    field('total_act_ret_energy', `energy.active.export.${phase}`, 'W.h'),
  ]
}

/** Notifications of other components (network, switch, temperature) come on the same topic. */
const TABLE: FieldTable = {
  time: { at: ['ts'], unit: 's', zone: undefined },
  fields: ['a', 'b', 'c'].flatMap((phase, channel) => ofChannel(channel, phase)),
  ifNone: 'take',
}

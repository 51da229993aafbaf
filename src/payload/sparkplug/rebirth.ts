import { assert } from '../../core/assert.ts'
import { BOOLEAN, controlPayload } from './control.ts'

/** What a host asks of an edge node: `Node Control/Rebirth` = true. It has no alias, for a host that asks may know none. */
export function rebirthPayload(nowMs: number): Uint8Array {
  const control = { name: 'Node Control/Rebirth', alias: undefined, datatype: BOOLEAN }
  const payload = controlPayload(nowMs, { control, value: 1 })
  assert(payload !== undefined, 'a boolean has room for true')
  return payload
}

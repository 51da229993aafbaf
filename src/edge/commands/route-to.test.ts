import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Control } from '../../payload/sparkplug/control.ts'
import { decodePayload } from '../../payload/sparkplug/message.ts'
import type { Command } from './order.ts'
import { commandTopic, routeTo, type Ways } from './route-to.ts'

const READ: Command = { kind: 'read-now' }
const EVERY: Command = { kind: 'reporting-interval', seconds: 60 }
const REBIRTH: Command = { kind: 'rebirth' }

/** One edge node `n` with a device `n:d`, and these metrics in the birth of both. */
function ways(controls: Readonly<Record<string, number>>, isOnline = true): Ways {
  const control = (name: string): Control | undefined =>
    name in controls ? { name, alias: undefined, datatype: controls[name] } : undefined
  return {
    sparkplug: {
      target: (name) => {
        const [node = '', device = ''] = name.split(':')
        return node === 'n' ? { group: 'g', node, device, isOnline, control } : undefined
      },
    },
    hasListeners: (topic) => topic === 'grid/m1/commands/read-now',
  }
}

function told(device: string, command: Command, given: Ways): string {
  const route = routeTo(device, command, given)
  if ('outcome' in route) return `${route.outcome}: ${route.detail}`
  if (route.kind === 'plain') return 'plain'
  const payload = decodePayload(route.payload(1))
  const [metric] = typeof payload === 'string' ? [] : payload.metrics
  return `${route.topic} ${metric?.name} ${route.expects.kind}`
}

test('a device that listens to this command, and one that does not', () => {
  assert.equal(commandTopic('m1', EVERY), 'grid/m1/commands/reporting-interval')
  assert.equal(told('m1', READ, ways({})), 'plain')
  assert.match(told('m1', EVERY, ways({})), /^failed: the device has not subscribed to grid\/m1/)
  assert.match(told('m1', REBIRTH, ways({})), /^refused: only an edge node/)
  assert.equal(told('m1', READ, { ...ways({}), sparkplug: undefined }), 'plain')
})

test('an edge node and its devices: by the metrics of their births, and no others', () => {
  const node = ways({ 'Node Control/Scan Rate': 7, 'Node Control/Read Now': 11 })
  assert.equal(told('n', REBIRTH, node), 'spBv1.0/g/NCMD/n Node Control/Rebirth birth')
  assert.equal(told('n', EVERY, node), 'spBv1.0/g/NCMD/n Node Control/Scan Rate value')
  assert.equal(told('n', READ, node), 'spBv1.0/g/NCMD/n Node Control/Read Now data')
  const device = ways({ 'Device Control/Scan Rate': 7 })
  assert.equal(told('n:d', EVERY, device), 'spBv1.0/g/DCMD/n/d Device Control/Scan Rate value')
  assert.equal(
    told('n:d', READ, device),
    'refused: its birth has no metric Device Control/Read Now',
  )
  assert.equal(told('n:d', REBIRTH, device), 'refused: a rebirth is asked of the edge node, n')
})

test('what an edge node has no room for, or cannot hear', () => {
  const small = ways({ 'Node Control/Scan Rate': 6 })
  assert.equal(
    told('n', { kind: 'reporting-interval', seconds: 66 }, small),
    'refused: its Node Control/Scan Rate is of a type that has no room for 66000',
  )
  assert.match(told('n', REBIRTH, ways({}, false)), /^failed: it is offline/)
})

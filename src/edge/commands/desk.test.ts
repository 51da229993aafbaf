import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { type Action, CommandDesk, type Request } from './desk.ts'
import { parseOrder } from './order.ts'

const SECRET = Buffer.from('secret')

function request(given: Partial<Request> = {}): Request {
  return {
    id: 'r1',
    secret: SECRET,
    who: 'scada',
    asker: 'scada',
    address: '127.0.0.1:1',
    device: 'm1',
    order: parseOrder(Buffer.from('{"command":"read-now"}')),
    isAllowed: true,
    route: { kind: 'plain' },
    replyTo: { topic: 'edge/answers/scada/1', correlation: undefined },
    ...given,
  }
}

function told(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if (action.kind === 'record') return `record ${action.entry.outcome}`
    if (action.kind === 'send') return `send ${action.dispatch.command.kind}`
    return `answer ${(JSON.parse(action.body) as { outcome: string }).outcome}`
  })
}

test('recorded, sent, answered, recorded, told: in this order', () => {
  const desk = new CommandDesk()
  assert.deepEqual(told(desk.request(request(), 0)), ['record requested'])
  assert.deepEqual(told(desk.recorded('r1', 1)), ['send read-now'])
  const payload = Buffer.from('{"outcome":"done"}')
  assert.deepEqual(desk.answered('m2', { secret: SECRET, payload }, 2), [])
  assert.deepEqual(desk.answered('m1', { secret: Buffer.from('x'), payload }, 2), [])
  assert.equal(desk.counters.strayAnswers, 2)
  assert.deepEqual(told(desk.answered('m1', { secret: SECRET, payload }, 3)), ['record done'])
  assert.deepEqual(told(desk.recorded('r1', 4)), ['answer done'])
  assert.equal(desk.inFlight, 0)
})

test('silence, nonsense, and who may not', () => {
  const desk = new CommandDesk()
  desk.request(request(), 0)
  assert.deepEqual(told(desk.request(request({ id: 'r2' }), 0)), ['record busy'])
  desk.recorded('r1', 0)
  assert.deepEqual(desk.due(9999), [])
  assert.deepEqual(told(desk.due(10_000)), ['record timed-out'])
  const denied = desk.request(request({ id: 'r3', isAllowed: false }), 0)
  assert.deepEqual(told(denied), ['record not-authorised'])
  desk.request(request({ id: 'r4' }), 0)
  desk.recorded('r4', 0)
  const payload = Buffer.from('{"outcome":"open the breaker"}')
  assert.deepEqual(told(desk.answered('m1', { secret: SECRET, payload }, 1)), ['record failed'])
})

test('an edge node is heard, and what it sent before does not count', () => {
  const desk = new CommandDesk()
  const expects = { kind: 'data', metric: 'Read Now', group: 'g', node: 'n', device: '' } as const
  const payload = (): Uint8Array => new Uint8Array(0)
  const route = { kind: 'sparkplug', topic: 't', payload, expects } as const
  desk.request(request({ route }), 0)
  assert.deepEqual(
    desk.heard(() => true, 1),
    [],
    'it has not been sent',
  )
  desk.recorded('r1', 5)
  assert.equal(desk.awaitsSparkplug, true)
  const measuredAt = (ms: number) => (_: unknown, sentMs: number) => ms >= sentMs
  assert.deepEqual(desk.heard(measuredAt(4), 6), [])
  assert.deepEqual(told(desk.heard(measuredAt(5), 7)), ['record done'])
  assert.equal(desk.awaitsSparkplug, false)
})

test('of too many requests each is answered, and a record says how many there were', () => {
  const desk = new CommandDesk()
  for (let at = 0; at < limits.commandBurst; at++)
    desk.request(request({ id: `r${at}`, isAllowed: false }), 0)
  assert.deepEqual(told(desk.request(request({ id: 'late' }), 0)), ['record busy'])
  for (let at = 0; at < 3; at++)
    assert.deepEqual(told(desk.request(request({ id: `over${at}` }), 0)), ['answer busy'])
  assert.equal(desk.counters.unrecorded, 3)
  assert.deepEqual(desk.due(limits.commandTallyMs - 1), [])
  const [tally] = desk.due(limits.commandTallyMs)
  assert.ok(tally?.kind === 'record')
  assert.deepEqual(
    [tally.entry.who, tally.entry.outcome, tally.entry.detail],
    ['scada', 'busy', '3 more requests one after another'],
  )
  assert.deepEqual(desk.recorded(tally.id, 1), [])
})

test('past what can be kept there is no record, but a count, and it is written at the end', () => {
  const desk = new CommandDesk()
  for (let at = 0; at < limits.commandsKept; at++)
    desk.request(request({ id: `r${at}`, asker: `a${at}`, isAllowed: false }), 0)
  assert.deepEqual(told(desk.request(request({ id: 'one more' }), 0)), ['answer busy'])
  assert.equal(desk.counters.unrecorded, 1)
  assert.deepEqual(told(desk.abandon(1)), ['record busy'])
})

test('the list of commands is closed', () => {
  for (const text of ['{"command":"open"}', '{"command":"read-now","value":1}', '[]', '{']) {
    assert.equal(typeof parseOrder(Buffer.from(text)), 'string', text)
  }
})

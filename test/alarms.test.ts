import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { AlarmInfo } from '../src/alarms/alarm-info.ts'
import { encodeAlarm, decodeAlarm } from '../src/alarms/record.ts'
import type { AlarmEvent } from '../src/alarms/ports.ts'
import { priorities, transitionKinds } from '../src/alarms/ports.ts'
import { states } from '../src/alarms/alarm.ts'
import { alarmPriorities, alarmStates } from '../src/api/ports.ts'
import { alarmSettings } from '../src/edge/alarms/alarm-settings.ts'
import { siteGrid } from '../src/edge/alarms/site-grid.ts'
import { parseSite } from '../src/edge/site/site.ts'
import { AlarmListener, FedEdge } from './alarms/fed-edge.ts'
import { busbar } from './commands/command-line.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }, { id: f2, voltageLevel: 10kv }]
devices: [{ id: 'f{1..2}-m{001..400}', kind: meter, feeder: 'f{1..2}' }]
alarms: { rules: [{ event: '*', offDelaySeconds: 0 }] }
`
const START = Date.UTC(2026, 10, 24, 6) * 1000
const METERS = Array.from({ length: 400 }, (_, at) => `f1-m${String(at + 1).padStart(3, '0')}`)

function event(device: string, more: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    name: 'voltage.interruption',
    subject: { kind: 'device', id: device },
    key: 1,
    time: START,
    end: 0,
    value: 0.02,
    severity: 3,
    state: 'start',
    fields: {},
    ...more,
  }
}

function over(device: string, more: Partial<AlarmEvent> = {}): AlarmEvent {
  return event(device, { state: 'end', end: START + 1_000_000, ...more })
}

let edge: FedEdge
before(async () => (edge = await FedEdge.start(SITE)))
after(() => edge[Symbol.asyncDispose]())

async function alarm(words: readonly string[]): Promise<string> {
  const { code, output, errors } = await busbar(['alarm', ...words, '--url', edge.url])
  assert.equal(code, 0, errors)
  return output
}

describe('alarms', () => {
  test('of a feeder that trips are one, for HTTP, MQTT and the command line alike', async () => {
    await using listener = await AlarmListener.enter(edge)
    await edge.feed(...METERS.map((meter) => event(meter)))
    const [trip] = await listener.until(([first]) => first?.members?.count === 400)
    assert.equal(listener.topics.size, 1)
    assert.ok(listener.heard < 20, `${listener.heard} messages`)
    assert.deepEqual(await edge.list(), [trip])
    const { members } = (await edge.get(`/api/v1/alarms/${trip?.id}/members`)) as {
      members: AlarmInfo[]
    }
    assert.deepEqual(members.map(({ subject }) => subject.id).toSorted(), METERS)
    assert.match(
      await alarm(['list']),
      /high +unacknowledged .* feeder f1 +400\/400\n.*401|besides: 400/,
    )
    assert.equal((await alarm(['show', String(trip?.id)])).split('\n').length, 405)
  })

  test('that are acknowledged stay so after kill -9, and what comes again changes nothing', async () => {
    const [{ id } = { id: 0 }] = await edge.list()
    const said = await alarm(['acknowledge', String(id), '--who', 'ana', '--comment', 'crew sent'])
    assert.equal(said, `${id}: acknowledged\n`)
    await edge.kill()
    const [kept] = await edge.list()
    assert.deepEqual(
      [kept?.id, kept?.state, kept?.acknowledged?.who, kept?.members?.active],
      [id, 'acknowledged', 'ana', 400],
    )
    await edge.feed(...METERS.map((meter) => event(meter)))
    assert.deepEqual(await edge.list(), [kept])
    await using listener = await AlarmListener.enter(edge)
    assert.deepEqual(await listener.until((alarms) => alarms.length > 0), [kept])
    const again = await edge.post(`/api/v1/alarms/${id}/acknowledge`, { who: 'bo' })
    assert.equal(again.status, 409)
  })

  test('end with the last of their members, and are gone for those who listen', async () => {
    await using listener = await AlarmListener.enter(edge)
    await listener.until((alarms) => alarms.length === 1)
    await edge.feed(...METERS.slice(1).map((meter) => over(meter)))
    await listener.until(([first]) => first?.members?.active === 1)
    await edge.feed(over(METERS[0] ?? ''))
    await listener.until((alarms) => alarms.length === 0)
    assert.equal(await alarm(['list']), 'no alarm\n')
    await using late = await AlarmListener.enter(edge)
    await edge.feed(event('f2-m001', { name: 'thd' }))
    await late.until(([first]) => first?.name === 'thd')
    assert.equal(late.heard, 1, 'nothing was retained of the others')
  })

  test('are shelved for a time, with who and why, also over a restart', async () => {
    const [{ id } = { id: 0 }] = await edge.list()
    const words = ['--who', 'ana', '--reason', 'filter works', '--minutes', '30']
    assert.equal(await alarm(['shelve', String(id), ...words]), `${id}: shelved\n`)
    assert.match(await alarm(['list']), /^no alarm\nbesides: 1 shelved/)
    await edge.kill()
    const [shelved] = await edge.list('?state=shelved')
    assert.deepEqual([shelved?.id, shelved?.shelved?.reason], [id, 'filter works'])
    assert.equal(await alarm(['unshelve', String(id), '--who', 'bo']), `${id}: unacknowledged\n`)
    const steps = (await alarm(['steps', String(id)])).trimEnd().split('\n')
    assert.deepEqual(
      steps.slice(1).map((line) => line.split(/ {2,}/).slice(4, 6).join(' ')),
      ['raised severity 3', 'shelved ana', 'unshelved bo'],
    )
    const { code, errors } = await busbar(['alarm', 'shelve', String(id), '--minutes', '5'])
    assert.deepEqual([code, errors], [2, 'busbar: --who is missing\n'])
  })

  test('are said by the edge alone', async () => {
    const stranger = await edge.enter()
    await assert.rejects(stranger.publishAsync('grid/alarms/1', '', { qos: 1, retain: true }), {
      code: 0x87,
    })
    await assert.rejects(stranger.publishAsync('grid/alarms/readings', '{}', { qos: 1 }), {
      code: 0x87,
    })
    await stranger.endAsync()
    assert.throws(
      () => parseSite(SITE.replace("'f{1..2}-m{001..400}'", 'alarms'), 'S'),
      /"alarms" is a name of the edge's own/,
    )
  })

  test('are counted', async () => {
    const lines = (await (await fetch(`${edge.url}/metrics`)).text()).split('\n')
    for (const line of [
      'busbar_alarms{state="unacknowledged"} 1',
      'busbar_alarms_steps_total{what="unshelved"} 1',
      'busbar_alarms_failing 0',
    ])
      assert.ok(lines.includes(line), line)
  })
})

describe('docs/alarms.md', () => {
  const page = readPage('docs/alarms.md')

  test('has every state, priority and step', () => {
    const cells = (title: string): string[] => tableOf(page, title).map(([cell = '']) => cell)
    assert.deepEqual(cells('state'), [...states])
    assert.deepEqual([...alarmStates], [...states])
    assert.deepEqual([...alarmPriorities], [...priorities])
    assert.deepEqual(cells('step'), [...transitionKinds])
  })

  test('shows an alarm as it is published', async () => {
    const [example] = fencesOf(page).filter(({ language }) => language === 'json')
    const shown = JSON.parse(example?.text ?? '') as object
    const [real] = await edge.list('?state=all&subject=f1&name=voltage.interruption')
    assert.deepEqual(Object.keys(shown), Object.keys(real ?? {}))
  })
})

test('docs/format/alarms.md has the tables and a row that can be read', () => {
  const page = readPage('docs/format/alarms.md')
  const db = new DatabaseSync(join(edge.data, 'alarms.db'), { readOnly: true })
  const rows = tableOf(page, 'table').map(([table = '', columns = '']) => {
    const real = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
    assert.deepEqual(
      columns.split(', '),
      real.map(({ name }) => name),
    )
    return table
  })
  assert.deepEqual(rows, ['alarms', 'transitions'])
  db.close()
  const site = parseSite(SITE, 'S')
  const parts = { grid: siteGrid(site), settings: alarmSettings(site.alarms) }
  const [example] = fencesOf(page).filter(({ language }) => language === 'json')
  const body = JSON.stringify(JSON.parse(example?.text ?? ''))
  const decoded = decodeAlarm({ id: 17, body }, parts)
  assert.ok(decoded !== undefined)
  assert.deepEqual(encodeAlarm(decoded), { id: 17, body })
})

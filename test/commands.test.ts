import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { formatAddress } from '../src/core/address.ts'
import { limits } from '../src/core/limits.ts'
import { CHOSEN, hashPassword } from '../src/core/password-hash.ts'
import { busbar, run } from './commands/command-line.ts'
import { Asker, Listener } from './commands/people.ts'
import { isInstalled } from './docs/demo-under-test.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'

const HASH = hashPassword(Buffer.from('chosen'), CHOSEN)
const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: 'm{1..9}', kind: meter }]
roles:
  - { name: operator, command: ['m*'], subscribe: ['mine/#'] }
  - { name: feeder, command: ['m1', 'm2'] }
  - { name: viewer, subscribe: ['grid/#'] }
clients:
  - { name: scada, role: operator, passwordHash: '${HASH}' }
  - { name: crew, role: feeder, passwordHash: '${HASH}' }
  - { name: hasty, role: operator, passwordHash: '${HASH}' }
  - { name: screen, role: viewer, passwordHash: '${HASH}' }
`
const READ = { command: 'read-now' }
const BRIEFLY = { ...READ, timeoutSeconds: 1 }
const DONE = '{"outcome":"done"}'

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start(SITE)))
after(() => edge[Symbol.asyncDispose]())

function login(username: string): { readonly username: string; readonly password: string } {
  return { username, password: 'chosen' }
}

/** With a secret of its own. */
async function meter(name: string): Promise<Listener> {
  const data = ['--data', join(edge.directory, 'data')]
  const { code, output, errors } = await busbar(['device', 'add', name, ...data])
  assert.equal(code, 0, errors)
  return Listener.enter(edge, name, { username: name, password: output.trim() })
}

/** The end of each command to a device, and whether it was recorded before it was sent. */
function audited(device: string): string[] {
  const rows = edge.rows(
    'SELECT who, command, outcome, detail FROM audit WHERE device = ? ORDER BY number',
    device,
  )
  return rows.map((row) => Object.values(row).join(' ').trim())
}

async function metric(name: string): Promise<number> {
  return (await edge.metrics()).get(name) ?? NaN
}

describe('a device', () => {
  test('does what it is told, refuses with a reason, or answers what nobody can read', async () => {
    await using device = await meter('m1')
    await using asker = await Asker.enter(edge, login('scada'))
    device.answers(DONE)
    const { durationMs, ...answer } = await asker.ask('m1', {
      command: 'reporting-interval',
      seconds: 60,
    })
    assert.deepEqual(answer, { device: 'm1', command: 'reporting-interval', outcome: 'done' })
    assert.ok(durationMs >= 0 && durationMs < 10_000)
    const { topic, text, packet } = await device.hears()
    assert.equal(topic, 'grid/m1/commands/reporting-interval')
    assert.equal(text, '{"command":"reporting-interval","seconds":60}')
    assert.equal(packet.properties?.responseTopic, 'grid/m1/responses')
    assert.ok([9, 10].includes(packet.properties.messageExpiryInterval ?? 0), 'it expires')
    device.answers('{"outcome":"refused","detail":"battery low"}')
    const refused = await asker.ask('m1', READ)
    assert.deepEqual([refused.outcome, refused.detail], ['refused', 'battery low'])
    device.answers('{"outcome":"well"}')
    assert.equal((await asker.ask('m1', READ)).outcome, 'failed')
    assert.deepEqual(audited('m1'), [
      'scada reporting-interval 60 requested',
      'scada reporting-interval 60 done',
      'scada read-now requested',
      'scada read-now refused battery low',
      'scada read-now requested',
      'scada read-now failed the answer of the device cannot be read',
    ])
  })

  test('that says nothing in time, or too late, or with the wrong key, or in the name of another', async () => {
    await using device = await meter('m2')
    await using other = await meter('m3')
    await using asker = await Asker.enter(edge, login('scada'))
    const stray = 'busbar_commands_stray_answers_total'
    const before = await metric(stray)
    const asked = asker.ask('m2', BRIEFLY)
    const heard = await device.hears()
    await device.reply(heard, DONE, Buffer.from('guessed'))
    await assert.rejects(other.reply(heard, DONE), { code: 0x87 })
    assert.equal((await asker.ask('m2', READ)).outcome, 'busy')
    assert.equal((await asked).outcome, 'timed-out')
    await device.reply(heard, DONE)
    assert.equal((await metric(stray)) - before, 2)
    assert.equal(await metric('busbar_commands_in_flight'), 0)
    const silent = await asker.ask('m4', READ)
    assert.deepEqual(
      [silent.outcome, silent.detail],
      ['failed', 'the device has not subscribed to grid/m4/commands/read-now'],
    )
  })

  test('is told nothing but the list, and nothing of what the asker wrote', async () => {
    await using device = await meter('m5')
    await using asker = await Asker.enter(edge, login('scada'))
    for (const [order, detail] of [
      [{ command: 'open' }, /none of read-now/],
      [{ command: 'read-now', breaker: 'open' }, /a key other than/],
      [{ command: 'reporting-interval' }, /whole number/],
      ['{', /not a JSON object/],
      [' '.repeat(limits.commandBytes + 1), /not a JSON object/],
    ] as const) {
      const answer = await asker.ask('m5', order)
      assert.equal(answer.outcome, 'refused')
      assert.match(answer.detail ?? '', detail)
    }
    const nobody = await asker.ask('m 1', READ)
    assert.deepEqual([nobody.outcome, nobody.detail], ['refused', 'no device has such a name'])
    assert.deepEqual(device.heard, [])
    assert.equal(audited('m5').length, 5)
  })
})

describe('who may', () => {
  test('the devices of its role, and no others', async () => {
    await using device = await meter('m6')
    device.answers(DONE)
    await using crew = await Asker.enter(edge, login('crew'))
    await using scada = await Asker.enter(edge, login('scada'))
    await using screen = await Asker.enter(edge, login('screen'))
    assert.equal((await crew.ask('m6', READ)).outcome, 'not-authorised')
    assert.equal((await screen.ask('m6', READ)).outcome, 'not-authorised')
    assert.deepEqual(device.heard, [])
    assert.equal((await scada.ask('m6', READ)).outcome, 'done')
    assert.deepEqual(audited('m6'), [
      'crew read-now not-authorised',
      'screen read-now not-authorised',
      'scada read-now requested',
      'scada read-now done',
    ])
  })

  test('a device may not, whatever it writes, and nobody goes past the audit', async () => {
    await using device = await meter('m7')
    const payload = JSON.stringify(READ)
    await device.client.publishAsync('edge/commands/m7', payload, { qos: 1 })
    for (let wait = 0; audited('m7').length === 0 && wait < 100; wait++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(audited('m7'), ['m7 read-now not-authorised'])
    await using scada = await Asker.enter(edge, login('scada'))
    for (const { client } of [device, scada])
      for (const topic of ['grid/m7/commands/read-now', 'edge/answers/scada/1', 'edge/commands'])
        await assert.rejects(client.publishAsync(topic, payload, { qos: 1 }), { code: 0x87 })
    assert.deepEqual(device.heard, [])
  })

  test('an answer goes where the asker may listen, and to nobody in the name of the edge', async () => {
    await using scada = await Asker.enter(edge, login('scada'), 'mine/answers')
    assert.equal((await scada.ask('m8', READ)).outcome, 'failed')
    const before = audited('m8').length
    for (const responseTopic of ['edge/answers/crew/1', 'grid/m1/readings', 'theirs']) {
      const properties = { responseTopic }
      await scada.client.publishAsync('edge/commands/m8', JSON.stringify(READ), {
        qos: 1,
        properties,
      })
    }
    for (let wait = 0; audited('m8').length < before + 3 && wait < 100; wait++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    assert.deepEqual(
      new Set(audited('m8').slice(before)),
      new Set([
        'scada  refused the response topic is none that the asker may subscribe to, or not for answers',
      ]),
    )
  })

  test('not faster than it is bearable: each is answered, and the audit tells', async () => {
    await using asker = await Asker.enter(edge, login('hasty'))
    const count = limits.commandBurst + 40
    const answers = await Promise.all(
      Array.from({ length: count }, async () => asker.ask('m9', READ)),
    )
    const tooFast = answers.filter(({ detail = '' }) => /too many requests/.test(detail))
    assert.ok(tooFast.length >= 20, `${tooFast.length}`)
    const recorded = audited('m9').filter((line) => /too many requests/.test(line))
    assert.equal(recorded.length, 1)
    assert.equal(await metric('busbar_commands_unrecorded_total'), tooFast.length - 1)
  })
})

test('a kill -9 right after a request: who asked for what is on the disk, and no end of it', async () => {
  const first = await TestedEdge.start(
    `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\naccess: { anonymous: true }\n`,
  )
  const device = await Listener.enter(first, 'm1')
  const asker = await Asker.enter(first, { clientId: 'asker' })
  const asked = asker.ask('m1', READ).catch(() => undefined)
  await device.hears()
  await using second = await first.kill()
  assert.deepEqual(
    second
      .rows('SELECT who, command, outcome, duration_ms FROM audit')
      .map((row) => Object.values(row)),
    [['anonymous asker', 'read-now', 'requested', null]],
  )
  await using again = await Listener.enter(second, 'm1')
  again.answers(DONE)
  await using later = await Asker.enter(second)
  assert.equal((await later.ask('m1', READ)).outcome, 'done')
  await Promise.all([asked, device.client.endAsync(true), asker.client.endAsync(true)])
})

describe('as a user types it', () => {
  test('busbar command: the outcome in words or JSON, 0 for done and 1 for anything else', async () => {
    await using open = await TestedEdge.start()
    await using device = await Listener.enter(open, 'm1')
    device.answers(DONE)
    const place = ['--mqtt', formatAddress(open.mqtt)]
    const done = await busbar(['command', 'm1', 'read-now', ...place])
    assert.deepEqual([done.code, done.errors], [0, ''])
    assert.match(done.output, /^m1: done, after \d+ ms\n$/)
    device.answers('{"outcome":"refused","detail":"not\\u001b[2J now"}')
    const refused = await busbar(['command', 'm1', 'reporting-interval', '60', ...place])
    assert.deepEqual([refused.code, refused.errors], [1, ''])
    assert.match(refused.output, /^m1: refused \(not\?\[2J now\), after \d+ ms\n$/)
    device.answers(undefined)
    const words = ['command', 'm1', 'read-now', '--timeout', '1', '--json', ...place]
    const silent = await busbar(words)
    assert.equal(silent.code, 1)
    const answer = JSON.parse(silent.output) as { outcome: string; durationMs: number }
    assert.equal(answer.outcome, 'timed-out')
    assert.ok(answer.durationMs >= 1000)
    const http = formatAddress(open.http)
    const table = await busbar(['audit', '--url', http, '--device', 'm1'])
    assert.match(table.output, /^time +who +address +device +command +outcome +ms +detail\n/)
    assert.equal(table.output.trimEnd().split('\n').length, 1 + 6)
    const data = ['--data', join(open.directory, 'data')]
    const texts = [['--url', http], data].map(async (where) =>
      busbar(['audit', ...where, '--limit', '2', '--json']),
    )
    const [served, read] = await Promise.all(texts)
    assert.equal(served?.output, read?.output)
    const { audit, dropped } = JSON.parse(served?.output ?? '') as {
      audit: Record<string, unknown>[]
      dropped: number
    }
    assert.deepEqual(
      audit.map(({ command, outcome }) => [command, outcome]),
      [
        ['read-now', 'timed-out'],
        ['read-now', 'requested'],
      ],
    )
    assert.equal(audit[0]?.['request'], audit[1]?.['request'])
    assert.equal(dropped, 0)
  })

  test('with a name and a password, which is no word of the command line', async () => {
    const place = ['--mqtt', formatAddress(edge.mqtt), '--user', 'crew']
    const words = ['command', 'm4', 'read-now', ...place]
    const denied = await busbar(words, { BUSBAR_PASSWORD: 'chosen' })
    assert.deepEqual([denied.code, denied.errors], [1, ''])
    assert.match(denied.output, /^m4: not-authorised, after/)
    const wrong = await busbar(words, { BUSBAR_PASSWORD: 'guessed' })
    assert.equal(wrong.code, 1)
    assert.match(wrong.errors, /does it know this --user with this password/)
  })

  test('what is wrong with the line', async () => {
    for (const [words, complaint] of [
      [['command'], /a device and one of its commands are needed/],
      [['command', 'm1', 'open'], /a device and one of its commands/],
      [['command', 'm1', 'read-now', '5'], /a device and one of its commands/],
      [['command', 'm1', 'reporting-interval'], /a device and one of its commands/],
      [['command', 'm1', 'read-now', '--timeout', '61'], /timeout/],
      [['command', 'm1', 'read-now', '--user', 'crew'], /not in BUSBAR_PASSWORD/],
      [['audit'], /reads from one place/],
      [['audit', 'm1', '--data', '.'], /takes options only/],
    ] as const) {
      const { code, errors } = await busbar(words)
      assert.equal(code, 2, words.join(' '))
      assert.match(errors, complaint)
    }
    const nobody = await busbar(['command', 'm1', 'read-now', '--mqtt', '127.0.0.1:1'])
    assert.equal(nobody.code, 1)
    assert.match(nobody.errors, /127\.0\.0\.1:1/)
  })

  test('mosquitto_rr: the request and response of any client', async (t) => {
    if (!(await isInstalled('mosquitto_rr'))) return t.skip('it is not installed')
    await using open = await TestedEdge.start()
    await using device = await Listener.enter(open, 'm1')
    device.answers(DONE)
    const { host, port } = open.mqtt
    const where = ['-h', host, '-p', `${port}`, '-V', '5', '-q', '1', '-W', '10']
    const topics = ['-t', 'edge/commands/m1', '-e', 'edge/answers/me/1', '-D', 'publish']
    const words = [...where, ...topics, 'correlation-data', '1', '-m', JSON.stringify(READ)]
    const { code, output, errors } = await run('mosquitto_rr', words)
    assert.deepEqual([code, errors], [0, ''])
    assert.equal((JSON.parse(output) as { outcome: string }).outcome, 'done')
    assert.equal((await device.hears()).text, JSON.stringify(READ))
  })
})

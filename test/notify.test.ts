import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import type { AlarmEvent } from '../src/alarms/ports.ts'
import type { ContactInfo } from '../src/api/notify-info.ts'
import { decodeTold, encodeTold } from '../src/edge/notify/told-record.ts'
import { NOTIFY_APPLICATION_ID, NOTIFY_VERSION } from '../src/store/notify/notify-store.ts'
import { FedEdge } from './alarms/fed-edge.ts'
import { busbar } from './commands/command-line.ts'
import { fencesOf, readPage } from './docs/pages.ts'
import { Alertmanager, Hook, MailServer, noAlertmanager } from './notify/receivers.ts'
import { Certificates } from './transports/certificates.ts'

const skip = noAlertmanager || Certificates.skip
const START = Date.UTC(2026, 10, 24, 6) * 1000
/** A value that nobody would send by chance. */
const CANARY = 0.70912345

let folder: string
let certificates: Certificates
let mail: MailServer
let secureMail: MailServer
let hook: Hook
let alertmanager: Alertmanager
let edge: FedEdge

function siteText(): string {
  const ca = certificates.path('ca.pem')
  const people = `ca: ${ca}, gatherSeconds: 0.5`
  return `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: 'f1-m{001..020}', kind: meter, feeder: f1 }]
alarms: { rules: [{ event: '*', offDelaySeconds: 0 }] }
notify:
  language: zh-CN
  timeZone: Asia/Shanghai
  runbooks: https://grid.example/operating
  email:
    - { name: duty, server: 'smtp://127.0.0.1:${mail.port}', user: busbar, passwordFile: mail.password,
        from: busbar@grid.example, to: [ana@grid.example, bo@grid.example], ${people} }
    - { name: chief, server: 'smtps://127.0.0.1:${secureMail.port}', user: busbar, passwordFile: mail.password,
        from: busbar@grid.example, to: [chief@grid.example], priorities: [high], afterMinutes: 0.02, ${people} }
  webhook:
    - { name: room, url: 'https://127.0.0.1:${hook.port}/room', secretFile: hook.secret, ${people} }
    - { name: abroad, url: 'https://127.0.0.1:${hook.port}/abroad', secretFile: hook.secret, outside: true, ${people} }
    - { name: stranger, url: 'https://127.0.0.1:${hook.port}/', secretFile: hook.secret, gatherSeconds: 0, priorities: [critical] }
  alertmanager:
    - { name: manager, url: '${alertmanager.url}' }
`
}

before(async () => {
  if (skip !== false) return
  folder = mkdtempSync(join(tmpdir(), 'busbar-notify-'))
  certificates = new Certificates()
  certificates.issue('mail')
  mail = new MailServer(certificates, 'starttls')
  secureMail = new MailServer(certificates, 'implicit')
  hook = new Hook(certificates)
  alertmanager = new Alertmanager(folder)
  await Promise.all([mail.start(), secureMail.start(), hook.start(), alertmanager.start()])
  edge = await FedEdge.start(siteText(), (directory) => {
    writeFileSync(join(directory, 'mail.password'), 'secret of mail\n')
    writeFileSync(join(directory, 'hook.secret'), 'secret of hook\n')
  })
})
after(async () => {
  if (skip !== false) return
  await edge[Symbol.asyncDispose]()
  await Promise.all([mail.stop(), secureMail.stop(), hook.stop(), alertmanager.stop()])
  certificates[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

function event(meter: number, more: Partial<AlarmEvent> = {}): AlarmEvent {
  return {
    name: 'voltage.dip',
    subject: { kind: 'device', id: `f1-m${String(meter).padStart(3, '0')}` },
    key: 1,
    time: START,
    end: 0,
    value: CANARY,
    severity: 2,
    state: 'start',
    fields: { depth: CANARY },
    ...more,
  }
}

function over(meter: number, more: Partial<AlarmEvent> = {}): AlarmEvent {
  return event(meter, { state: 'end', end: START + 1_000_000, ...more })
}

async function contact(name: string): Promise<ContactInfo> {
  const { notify } = (await edge.get('/api/v1/notify')) as {
    notify: { contacts: readonly ContactInfo[] }
  }
  return notify.contacts.find((each) => each.name === name) ?? assert.fail(name)
}

async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  for (const endMs = performance.now() + 15_000; performance.now() < endMs; await pause(50)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  return assert.fail(`${what}: did not come about`)
}

/** What a webhook was told: `raised 17`. */
function hooked(name: string): string[] {
  return hook.heard
    .filter(({ path }) => path === `/${name}`)
    .flatMap(({ body }) => body.notices.map(({ kind, alarm }) => `${kind} ${String(alarm['id'])}`))
}

describe('people are told of alarms', { skip }, () => {
  test('by mail, webhook and Alertmanager, in the language of the site', async () => {
    await edge.feed(event(1))
    const letter = await until('a mail', () => mail.mails[0])
    assert.deepEqual(
      [letter.user, letter.isSecure, letter.to],
      ['busbar', true, ['ana@grid.example', 'bo@grid.example']],
    )
    assert.match(
      letter.words,
      /告警 \[中\] 电压暂降 #1\n {2}位置: 装置 f1-m001\n {2}开始: 2026-11-24 14:00:00 UTC\+08:00/,
    )
    assert.match(letter.words, /grid\.example\/operating\/grid-alarms\.zh-CN\.md#voltagedip/)
    const [{ alarm } = assert.fail()] = (
      await until('a hook', () => hook.heard.find(({ path }) => path === '/room'))
    ).body.notices
    assert.deepEqual([alarm['name'], alarm['value']], ['voltage.dip', CANARY])
    const [alert] = await until('an alert', async () => {
      const found = await alertmanager.alerts()
      return found.length === 1 ? found : undefined
    })
    const { labels, annotations } = alert ?? assert.fail()
    assert.deepEqual(labels, {
      alarm: '1',
      alertname: 'voltage.dip',
      severity: 'medium',
      site: 's1',
      subject: 'f1-m001',
      subject_kind: 'device',
    })
    assert.match(annotations['summary'] ?? '', /电压暂降/)
    assert.equal(hook.forged, 0)
  })

  test('outside only of what the policy lets out', async () => {
    const abroad = await until('a hook', () => hook.heard.find(({ path }) => path === '/abroad'))
    assert.doesNotMatch(abroad.text, /0\.7091|f1-m001/)
    assert.match(abroad.body.text, /按策略不予发送/)
    const decided = (await edge.get('/api/v1/policy/decisions')) as {
      decisions: readonly { road: string }[]
    }
    assert.match(JSON.stringify(decided), /webhook/)
  })

  test('a burst is one message, and a flood one notice in it', async () => {
    const before = mail.mails.length
    await edge.feed(...Array.from({ length: 15 }, (_, at) => event(at + 3, { name: 'thd' })))
    const letter = await until('a mail', () => mail.mails[before])
    assert.match(letter.words, /馈线 f1/)
    assert.match(letter.words, /涉及 15 个成员中的 15 个/)
    await pause(800)
    assert.equal(mail.mails.length, before + 1)
  })

  test('who stands behind the first is told of what nobody acknowledges', async () => {
    const urgent = { name: 'transformer.load', severity: 3 }
    await edge.feed(event(1, urgent), event(2, urgent))
    const [second] = (await edge.list('?subject=f1-m002')) ?? []
    assert.equal(
      (await edge.post(`/api/v1/alarms/${second?.id}/acknowledge`, { who: 'ana' })).status,
      200,
    )
    const letter = await until('a mail', () => secureMail.mails[0])
    assert.equal(letter.isSecure, true)
    assert.match(letter.words, /f1-m001/)
    assert.doesNotMatch(letter.words, /f1-m002/)
    await edge.feed(over(1, urgent), over(2, urgent))
    await until('its end', () => secureMail.mails[1])
  })

  test('what cannot be delivered waits, over kill -9 too, and comes in order once it can', async () => {
    await until('quiet', async () => ((await contact('room')).waiting === 0 ? true : undefined))
    const [told, letters] = [hooked('room').length, mail.mails.length]
    await Promise.all([mail.stop(), alertmanager.stop()])
    hook.status = 500
    await edge.feed(event(1, { name: 'outage', severity: 3 }))
    for (const name of ['duty', 'room', 'manager'])
      await until(`${name} fails`, async () => ((await contact(name)).isFailing ? true : undefined))
    await edge.feed(event(2, { name: 'outage', severity: 3 }))
    const { why } = await contact('room')
    assert.match(why, /127\.0\.0\.1:\d+ answers 500/)
    assert.match((await contact('duty')).why, /ECONNREFUSED/)
    await edge.kill()
    await Promise.all([mail.start(), alertmanager.start()])
    hook.status = 204
    await until('the hook', () => (hooked('room').length > told ? true : undefined))
    const outages = await edge.list('?name=outage')
    const ids = outages.map(({ id }) => id).toSorted((one, other) => one - other)
    assert.deepEqual(
      hooked('room').slice(told),
      ids.map((id) => `raised ${id}`),
    )
    const letter = await until('the mail', () => mail.mails[letters])
    assert.match(letter.words, /停电[^]*停电/)
    await until('the alerts', async () => {
      const alerts = await alertmanager.alerts()
      return alerts.filter(({ labels }) => labels['alertname'] === 'outage').length === 2
        ? true
        : undefined
    })
    assert.equal((await contact('room')).waiting, 0)
    const numbers = hooked('room')
    assert.equal(new Set(numbers).size, numbers.length, 'nothing was told twice')
  })

  test('a failure that ends without a restart is over after a retry', async () => {
    hook.status = 503
    await edge.feed(over(1, { name: 'outage' }), over(2, { name: 'outage' }))
    await until('a failure', async () => ((await contact('room')).isFailing ? true : undefined))
    const told = hooked('room').length
    hook.status = 204
    await until('both ends', () => (hooked('room').length === told + 2 ? true : undefined))
    await until('an end in Alertmanager', async () => {
      const alerts = await alertmanager.alerts()
      return alerts.some(({ labels }) => labels['alertname'] === 'outage') ? undefined : true
    })
  })

  test('a certificate that does not hold, or a secret that is gone, is a failure that says so', async () => {
    const { code, errors } = await busbar(['alarm', 'notify-test', 'stranger', '--url', edge.url])
    assert.equal(code, 1)
    assert.match(errors, /stranger did not take the test: .*(certificate|signed)/i)
    rmSync(join(edge.directory, 'hook.secret'))
    const gone = await edge.post('/api/v1/notify/room/test', {})
    assert.equal(gone.status, 503)
    assert.match(JSON.stringify(gone.body), /hook\.secret: cannot be read \(ENOENT\)/)
    writeFileSync(join(edge.directory, 'hook.secret'), 'secret of hook')
  })

  test('a test arrives by each road, and says that it is one', async () => {
    const letters = mail.mails.length
    for (const name of ['duty', 'chief', 'room', 'abroad', 'manager']) {
      const { code, output, errors } = await busbar([
        'alarm',
        'notify-test',
        name,
        '--url',
        edge.url,
      ])
      assert.deepEqual([code, output], [0, `${name}: the test was delivered\n`], errors)
    }
    assert.match(mail.mails[letters]?.words ?? '', /测试/)
    assert.equal(hook.heard.filter(({ body }) => body.test).length, 2)
    const alerts = await alertmanager.alerts()
    assert.ok(alerts.some(({ labels }) => labels['alertname'] === 'BusbarTest'))
    assert.equal((await edge.post('/api/v1/notify/nobody/test', {})).status, 404)
    const form = await fetch(`${edge.url}/api/v1/notify/duty/test`, { method: 'POST', body: 'x=1' })
    assert.equal(form.status, 403, 'a page of another site cannot send the header')
  })

  test('is counted, and no secret is said anywhere', async () => {
    const metrics = await (await fetch(`${edge.url}/metrics`)).text()
    assert.match(metrics, /^busbar_notify_messages_total\{contact="room"\} [1-9]/m)
    assert.match(metrics, /^busbar_notify_failures_total\{contact="room"\} [1-9]/m)
    assert.match(metrics, /^busbar_notify_failing\{contact="room"\} 0$/m)
    const said = JSON.stringify(await edge.get('/api/v1/notify')) + metrics + edge.errors
    assert.doesNotMatch(said, /secret of/)
  })
})

describe('notify.db', { skip }, () => {
  const page = readPage('docs/format/notify.md')

  test('has the tables of the page', () => {
    const db = new DatabaseSync(join(edge.data, 'notify.db'), { readOnly: true })
    const columns = db.prepare(`SELECT name FROM pragma_table_info('told')`).all()
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['contact', 'alarm', 'body'],
    )
    const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
    assert.deepEqual(
      [pragma('application_id'), pragma('user_version')],
      [NOTIFY_APPLICATION_ID, NOTIFY_VERSION],
    )
    assert.match(page, new RegExp(`0x${NOTIFY_APPLICATION_ID.toString(16)}`))
    const rows = db.prepare('SELECT body FROM told').all()
    for (const { body } of rows) assert.ok(decodeTold(String(body)) !== undefined, String(body))
    assert.ok(rows.length > 0)
    db.close()
  })

  test('is read and written as the example is', () => {
    const [{ text } = assert.fail()] = fencesOf(page).filter(({ language }) => language === 'json')
    const told = decodeTold(text)
    assert.deepEqual(JSON.parse(encodeTold(told)), JSON.parse(text))
    assert.equal(decodeTold('{"alarm":{}}'), undefined)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { contactsOf } from './notify.ts'
import { parseSite } from './site.ts'

const HEAD = 'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n'
const MAIL = `server: 'smtps://mail.example', from: a@example, to: [b@example]`

function parse(text: string): ReturnType<typeof parseSite> {
  return parseSite(`${HEAD}notify:\n  ${text}\n`, '/etc/busbar/site.yaml')
}

test('people sleep and wait for others, an Alertmanager is told at once and again', () => {
  const { notify } = parse(`email:
    - { name: duty, ${MAIL}, afterMinutes: 15, quietHours: { from: '22:00', to: '06:30' } }
  alertmanager: [{ name: am, url: 'http://10.0.0.9:9093' }]`)
  const [duty, am] = contactsOf(notify ?? assert.fail())
  assert.deepEqual(duty, {
    name: 'duty',
    priorities: ['low', 'medium', 'high', 'critical'],
    afterMs: 900_000,
    gatherMs: 10_000,
    repeatMs: 0,
    quiet: { from: 1320, to: 390, urgentFrom: 'critical' },
  })
  assert.deepEqual([am?.gatherMs, am?.repeatMs, am?.quiet], [0, limits.repeatMs, undefined])
})

test('files are named from where the site file is', () => {
  const { notify } = parse(
    `webhook: [{ name: w, url: 'https://h.example/x', secretFile: hook.secret, ca: /etc/ca.pem }]`,
  )
  const [hook] = notify?.webhook ?? []
  assert.deepEqual([hook?.secretFile, hook?.ca], ['/etc/busbar/hook.secret', '/etc/ca.pem'])
})

for (const [what, text, fault] of [
  ['a name twice', `email: [{ name: a, ${MAIL} }, { name: a, ${MAIL} }]`, /"a" is given twice/],
  ['a user alone', `email: [{ name: a, ${MAIL}, user: u }]`, /user and passwordFile belong/],
  [
    'a password in the clear',
    `email: [{ name: a, ${MAIL}, startTls: never, user: u, passwordFile: p }]`,
    /not sent in the clear/,
  ],
  ['a password in the URL', `alertmanager: [{ name: a, url: 'http://u:p@h/' }]`, /without a name/],
  ['no time', `email: [{ name: a, ${MAIL}, quietHours: { from: '25:00', to: '06:00' } }]`, /22:00/],
  ['no zone', 'timeZone: Middle/Earth', /time zone is needed/],
  [
    'a header in an address',
    `email: [{ name: a, ${MAIL.replace('b@', '"b\\nx@')} }]`,
    /address|quot|flow/i,
  ],
  [
    'too many',
    `email:\n${Array.from({ length: 17 }, (_, at) => `    - { name: a${at}, ${MAIL} }`).join('\n')}`,
    /16/,
  ],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => parse(text), fault)
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHOSEN, hashPassword } from '../../core/password-hash.ts'
import { GENERATED_ITERATIONS, scramVerifier } from '../access/scram-verifier.ts'
import { faultsOf } from './site-text.test.ts'
import { parseSite } from './site.ts'

const HEAD = 'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n'
const VERIFIER = scramVerifier('x', GENERATED_ITERATIONS)
const HASH = hashPassword(Buffer.from('x'), { ...CHOSEN, memoryKib: 64 })

test('roles and clients', () => {
  const site = parseSite(
    `${HEAD}roles: [{ name: r, publish: ['a/+/#'] }]\nclients: [{ name: c, role: r, passwordHash: '${HASH}', scram: '${VERIFIER}' }]\n`,
    'S',
  )
  const role = { name: 'r', publish: ['a/+/#'], subscribe: [], command: [], outside: false }
  assert.deepEqual(site.roles, [role])
  assert.equal(site.clients[0]?.role, 'r')
  assert.equal(site.clients[0]?.scram, VERIFIER)
})

test('limits may be lower than those of the edge, not higher', () => {
  const access = (text: string): string => `${HEAD}access: { limits: { ${text} } }\n`
  const { limits } = parseSite(access('messagesPerSecond: 7'), 'S').access
  assert.equal(limits.messagesPerSecond, 7)
  assert.equal(limits.bytesPerSecond, 134_217_728)
  const wrong = access('messagesPerSecond: 0, bytesPerSecond: 1.5, connectionsPerSecond: 251')
  assert.deepEqual(faultsOf(wrong), [
    'S:2:40: access.limits.messagesPerSecond: 0; at least 1 is needed',
    'S:2:59: access.limits.bytesPerSecond: a whole number is needed, not 1.5',
    'S:2:86: access.limits.connectionsPerSecond: 251; at most 250 is needed',
  ])
})

test('what is wrong with them', () => {
  const text = `${HEAD}devices: [{ id: 'm{1..3}', kind: meter }]
roles:
  - { name: r, publish: [a/#/b] }
  - { name: r, subscribe: [$share/g/a] }
clients:
  - { name: m2, role: r, passwordHash: '${HASH}' }
  - { name: c, role: q, passwordHash: secret }
  - { name: c, role: r, passwordHash: '${HASH.replace('m=64', 'm=9999999')}' }
  - { name: d, role: r, scram: '${HASH}', passwordHash: '${HASH}' }
`
  const scram = 'a verifier is needed as busbar device hash prints it: SCRAM-SHA-256$...'
  const filter = 'a topic filter is needed: levels with / between, + for one of them, # at the end'
  const hash = 'a hash is needed as busbar device hash prints it: $argon2id$v=19$...'
  assert.deepEqual(faultsOf(text), [
    `S:4:26: roles[0].publish[0]: ${filter}`,
    'S:5:13: roles[1].name: "r" is given twice',
    `S:5:28: roles[1].subscribe[0]: ${filter}`,
    'S:7:13: clients[0].name: "m2" is a device',
    'S:8:22: clients[1].role: "q" is not in roles',
    `S:8:39: clients[1].passwordHash: ${hash}`,
    'S:9:13: clients[2].name: "c" is given twice',
    `S:9:39: clients[2].passwordHash: ${hash}`,
    `S:10:32: clients[3].scram: ${scram}`,
  ])
})

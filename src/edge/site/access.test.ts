import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHOSEN, hashPassword } from '../access/password-hash.ts'
import { faultsOf } from './site-text.test.ts'
import { parseSite } from './site.ts'

const HEAD = 'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n'
const HASH = hashPassword(Buffer.from('x'), { ...CHOSEN, memoryKib: 64 })

test('roles and clients', () => {
  const site = parseSite(
    `${HEAD}roles: [{ name: r, publish: ['a/+/#'] }]\nclients: [{ name: c, role: r, passwordHash: '${HASH}' }]\n`,
    'S',
  )
  assert.deepEqual(site.roles, [{ name: 'r', publish: ['a/+/#'], subscribe: [], command: [] }])
  assert.equal(site.clients[0]?.role, 'r')
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
`
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
  ])
})

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { USUAL_INSIDE } from '../access/inside-network.ts'
import { policyChoice } from './policy-choice.ts'
import { type Site, parseSite } from './site.ts'

const SITE = 'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n'
const KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
const TEXT = KEY.toString('base64')

function read(text: string): Site {
  return parseSite(SITE + text, '/etc/busbar/site.yaml')
}

test('without settings the shipped rules decide, and the usual networks are inside', () => {
  const { policy, access } = read('')
  assert.deepEqual(policyChoice(policy, '/opt/policy'), { kind: 'shipped', folder: '/opt/policy' })
  assert.deepEqual(access.inside, [...USUAL_INSIDE])
})

test('a bundle and its keys, named from where the site file is', () => {
  const { policy } = read(
    `policy: { bundle: rules/bundle.tar.gz, trustedKeys: [${TEXT}], anchor: /mnt/other/head.json }\n`,
  )
  const choice = policyChoice(policy, '')
  assert.equal(policy.anchor, '/mnt/other/head.json')
  assert.ok(choice.kind === 'site' && choice.path === '/etc/busbar/rules/bundle.tar.gz')
  assert.deepEqual(choice.keys, [`-----BEGIN PUBLIC KEY-----\n${TEXT}\n-----END PUBLIC KEY-----\n`])
})

test('a server decides instead', () => {
  const { policy } = read('policy: { url: http://127.0.0.1:8181 }\n')
  assert.deepEqual(policyChoice(policy, ''), { kind: 'server', url: 'http://127.0.0.1:8181' })
})

test('what does not go together is named, with its place', () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ['policy: { bundle: b.tar.gz }', /:2:\d+: policy\.bundle: trustedKeys is needed as well/],
    [`policy: { trustedKeys: [${TEXT}] }`, /policy\.trustedKeys: there is no bundle/],
    ['policy: { trustedKeys: [abc] }', /policy\.trustedKeys\[0\]: a public key of Ed25519/],
    [
      `policy: { bundle: b, trustedKeys: [${TEXT}], url: 'http://x:1' }`,
      /policy\.url: policy\.bundle is there already/,
    ],
    ['policy: { url: ftp://x }', /policy\.url: http:\/\/HOST:PORT is needed/],
    ['access: { inside: [10.0.0.0] }', /access\.inside\[0\]: a network is needed/],
  ]
  for (const [text, expected] of faults) assert.throws(() => read(`${text}\n`), expected, text)
})

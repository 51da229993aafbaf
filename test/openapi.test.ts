import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import { GENERATED, makePasswordHash } from '../src/core/password-hash.ts'
import { makeKey, makeRequest } from '../src/fleet/certificates.ts'
import { sha256, signSet } from '../src/fleet/set.ts'
import { withScratch } from './crash/scratch.ts'
import { until } from './fleet/until.ts'
import { Asker } from './openapi/asker.ts'
import { Contract } from './openapi/contract.ts'
import { Program } from './uplink/program.ts'

const ANYWHERE = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
const PASSWORD = 'substation one'
const START_MS = Date.now() - 60_000

interface Stand {
  readonly folder: string
  readonly centre: Program
  readonly edge: Program
}

/** A centre with an authority, and an edge that sends to it: what each is asked and answers is what its document says. */
test('every address of an edge and of a centre answers as its document says', async () => {
  await withScratch('openapi', async (folder) => {
    await using started = new AsyncDisposableStack()
    const sites = join(folder, 'sites')
    writeFileSync(sites, `s1 ${await makePasswordHash(Buffer.from(PASSWORD), GENERATED)}\n`)
    const authority = join(folder, 'authority')
    const own = ['--data', join(folder, 'centre'), '--authority', authority, '--sites', sites]
    const words = ['src/cli/main.ts', 'centre', ...own, ...ANYWHERE]
    const centre = started.use(await Program.start(words))
    const receiver = createServer((_, response) => response.end())
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
    started.defer(() => void receiver.close())
    const site = join(folder, 'site.yaml')
    writeFileSync(site, siteText(folder, centre, (receiver.address() as AddressInfo).port))
    const data = ['--site', site, '--data', join(folder, 'edge')]
    const edge = started.use(await Program.start(['src/cli/main.ts', 'edge', ...data, ...ANYWHERE]))
    await askEdge({ folder, centre, edge })
    await askCentre({ folder, centre, edge })
  })
})

function siteText(folder: string, centre: Program, receiver: number): string {
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`)
  const ca = join(folder, 'authority/ca.pem')
  return `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
devices: [{ id: m1, kind: pmu }]
alarms: { rules: [{ event: '*', offDelaySeconds: 0 }] }
uplink: { url: 'mqtts://${centre.addresses['mqtt']}', passwordFile: password, ca: '${ca}' }
notify:
  language: en
  timeZone: UTC
  alertmanager: [{ name: manager, url: 'http://127.0.0.1:${receiver}' }]
`
}

async function askEdge({ edge, centre }: Stand): Promise<void> {
  const asker = new Asker(`http://${edge.addresses['http']}`)
  const contract = await Contract.of(asker)
  await complete(contract)
  await publish(`mqtt://${edge.addresses['mqtt']}`)
  const errors = (): string => [edge, centre].map((each) => each.errors.join('')).join('\n')
  const alarm = await until(async () => {
    const { alarms } = await contract.done('GET /api/v1/alarms')
    return (alarms as readonly { readonly id: number; readonly name: string }[]).find(
      ({ name }) => name === 'frequency.low',
    )
  }, errors)
  // The log of decisions begins when the first record asks to leave for the centre.
  await until(async () => contract.done('GET /api/v1/policy/decisions'), errors)
  for (const name of contract.operations) await contract.parametersOf(name)
  const path = { id: alarm.id, name: 'manager' }
  for (const name of readable(contract, ['{id}', '/users', '/policy/']))
    await contract.done(name, { path })
  await contract.done('GET /api/v1/alarms/{id}', { path })
  await contract.ask('GET /api/v1/alarms/{id}/members', { path })
  await contract.done('GET /api/v1/readings', { query: 'format=csv&from=-1h' })
  await contract.done('GET /api/v1/readings', { query: 'format=columns&from=-1h&step=10s' })
  await contract.done('GET /api/v1/events', { query: 'from=-1h' })
  await contract.done('GET /api/v1/policy/verify')
  const month = new Date().toISOString().slice(0, 7)
  await contract.done('GET /api/v1/policy/certificate', { query: `month=${month}` })
  await contract.done('GET /api/v1/policy/explain', { query: 'row=2' })
  const step = async (name: string, body: object): Promise<unknown> =>
    contract.done(`POST /api/v1/alarms/{id}/${name}`, { path, body })
  await step('acknowledge', { who: 'ana', comment: 'crew sent' })
  await step('shelve', { who: 'ana', reason: 'works', minutes: 5 })
  await step('unshelve', { who: 'ana' })
  await contract.done('POST /api/v1/notify/{name}/test', { path, body: {} })
  const adopted = { who: 'ana', kind: 'meter' }
  await contract.done('POST /api/v1/devices/{id}/adopt', { path: { id: 'm9' }, body: adopted })
  await contract.ask('POST /api/v1/processors', { body: { who: 'bo', package: 'none' } })
  const back = { path: { id: 'events' }, body: { who: 'bo' } }
  await contract.ask('POST /api/v1/processors/{id}/roll-back', back)
  await contract.ask('POST /api/v1/read', { body: Buffer.from('no question') })
  await contract.ask('GET /api/v1/alarms/{id}', { path: { id: 999 } })
  await comeIn(contract)
  // What these answer when all is well is for other tests: a package takes a compiler, a remote read is bytes.
  assert.deepEqual(contract.unanswered.toSorted(), [
    'POST /api/v1/processors',
    'POST /api/v1/processors/{id}/roll-back',
    'POST /api/v1/read',
  ])
}

/** Readings of two devices, one of which nobody knows, an event, and what is no reading. */
async function publish(url: string): Promise<void> {
  const client = await connectAsync(url, { protocolVersion: 5 })
  for (const [second, frequency] of [
    [0, 50],
    [5, 48.5],
  ] as const) {
    const readings = Array.from({ length: 50 }, (_, at) => ({
      ts: START_MS + second * 1000 + at * 100,
      values: { frequency },
    }))
    await client.publishAsync('grid/m1/readings', JSON.stringify(readings), { qos: 1 })
  }
  const other = JSON.stringify([{ ts: START_MS, values: { 'voltage.a': 230 } }])
  await client.publishAsync('grid/m9/readings', other, { qos: 1 })
  const refused = client.publishAsync('grid/m1/readings', 'no reading', { qos: 1 })
  await assert.rejects(refused, /Payload format invalid/)
  await client.endAsync()
}

async function askCentre({ folder, centre }: Stand): Promise<void> {
  const ca = readFileSync(join(folder, 'authority/ca.pem'))
  const asker = new Asker(`https://${centre.addresses['http']}`, ca)
  const contract = await Contract.of(asker)
  await complete(contract)
  for (const name of contract.operations) await contract.parametersOf(name)
  await until(
    async () => {
      const { events } = await contract.done('GET /api/v1/events')
      const { sites } = await contract.done('GET /api/v1/fleet/sites')
      return [events, sites].every((each) => (each as readonly unknown[]).length > 0) || undefined
    },
    () => centre.errors.join(''),
  )
  const path = { site: 's1' }
  for (const name of readable(contract, ['/users', '{id}'])) await contract.done(name, { path })
  await contract.ask('GET /api/v1/sites/{site}', { path: { site: 's9' } })
  await contract.done('POST /api/v1/reconciliation', { query: 'site=s1' })
  await rollOut(contract)
  const { token } = await contract.done('POST /api/v1/fleet/tokens', { body: { site: 's2' } })
  const csr = await makeRequest('s2', makeKey())
  await contract.done('POST /api/v1/fleet/enrolments', { body: { token, csr } })
  await contract.ask('POST /api/v1/fleet/enrolments', { body: { token, csr } })
  await contract.done('POST /api/v1/fleet/revocations', { body: { site: 's2' } })
  for (const what of ['certificates', 'sets', 'rollouts', 'audit'])
    await contract.done(`GET /api/v1/fleet/${what}`)
  await comeIn(contract)
  assert.deepEqual(contract.unanswered, [])
}

async function rollOut(contract: Contract): Promise<void> {
  const content = Buffer.from('site: { id: s7, name: S, frequencyHz: 50, limits: gbt }\n')
  const digest = sha256(content)
  await contract.done('PUT /api/v1/fleet/contents/{digest}', { path: { digest }, body: content })
  const files = [{ role: 'site', name: 's7', sha256: digest, bytes: content.length } as const]
  const set = signSet({ revision: 1, title: 'first', watchSeconds: 1, files }, makeUtilityKey())
  await contract.done('POST /api/v1/fleet/sets', { body: Buffer.from(set.text) })
  const body = { set: set.digest, waves: [['s1']], soakSeconds: 600 }
  const { id } = await contract.done('POST /api/v1/fleet/rollouts', { body })
  await contract.done('GET /api/v1/fleet/rollouts/{id}', { path: { id: Number(id) } })
  for (const order of ['pause', 'resume', 'abort'])
    await contract.done(`POST /api/v1/fleet/rollouts/{id}/${order}`, { path: { id: Number(id) } })
  await contract.ask('POST /api/v1/fleet/rollouts/{id}/abort', { path: { id: Number(id) } })
}

/** No route of the server is without words, and no words are without a route. */
async function complete(contract: Contract): Promise<void> {
  const wordless = contract.operations.filter((name) => contract.summaryOf(name) === '')
  assert.deepEqual(wordless, [], 'addresses without words')
  const ids = contract.operationIds
  assert.equal(new Set(ids).size, ids.length, 'each operation has a name of its own')
}

function readable(contract: Contract, but: readonly string[]): readonly string[] {
  return contract.operations.filter(
    (name) => name.startsWith('GET') && !but.some((part) => name.includes(part)),
  )
}

/** The first user is added by whoever sits at the machine; from then on everybody has to log in. */
async function comeIn(contract: Contract): Promise<void> {
  const ana = { name: 'ana', password: 'correct horse battery' }
  await contract.done('POST /api/v1/users', { body: { ...ana, role: 'engineer' } })
  await contract.ask('POST /api/v1/login', { body: { ...ana, password: 'wrong horse' } })
  await contract.ask('GET /api/v1/me')
  await contract.done('POST /api/v1/login', { body: ana })
  await contract.done('GET /api/v1/me')
  const passwords = { old: ana.password, new: 'battery horse correct' }
  await contract.done('POST /api/v1/me/password', { body: passwords })
  const bo = { name: 'bo', password: 'another long password', role: 'viewer' }
  await contract.done('POST /api/v1/users', { body: bo })
  const path = { name: 'bo' }
  const change = async (what: string, body: object): Promise<unknown> =>
    contract.done(`POST /api/v1/users/{name}/${what}`, { path, body })
  await change('role', { role: 'operator' })
  await change('password', { password: 'one more password' })
  await change('unlock', {})
  await contract.done('GET /api/v1/users')
  await change('remove', {})
  await contract.done('GET /api/v1/users/audit')
  await contract.done('GET /healthz').catch(() => {})
  await contract.done('POST /api/v1/logout', { body: {} })
}

function makeUtilityKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

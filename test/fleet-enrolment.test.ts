import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'mqtt'
import { Authority } from '../src/centre/authority/authority.ts'
import { Enrolment } from '../src/centre/authority/enrolment.ts'
import { openEmbedded } from '../src/centre/database/embedded-database.ts'
import { migrate } from '../src/centre/database/migrations.ts'
import { Renewal } from '../src/edge/fleet/renewal.ts'
import { makeKey, makeRequest } from '../src/fleet/certificates.ts'
import { decodeRequest } from '../src/fleet/transfer.ts'
import { withScratch } from './crash/scratch.ts'
import { until } from './fleet/until.ts'
import { noMosquitto, startMosquitto } from './uplink/servers.ts'

/** An authority with a database of its own. */
async function withEnrolment(
  work: (enrolment: Enrolment, folder: string) => Promise<void>,
): Promise<void> {
  await withScratch('authority', async (folder) => {
    const database = await openEmbedded(join(folder, 'centre'))
    try {
      await migrate(database)
      const authority = await Authority.open(join(folder, 'ca'), ['localhost'])
      await work(new Enrolment(database, authority), folder)
    } finally {
      await database.close()
    }
  })
}

test('certificates of an authority', async (t) => {
  await withEnrolment(async (enrolment, folder) => {
    await t.test('one is renewed by whoever has its key, and by nobody else', async () =>
      renews(enrolment, folder),
    )
    await t.test(
      'Mosquitto refuses whom the list of revoked ones names',
      { skip: noMosquitto },
      async () => refuses(enrolment, folder),
    )
  })
})

async function renews(enrolment: Enrolment, folder: string): Promise<void> {
  const nowUs = Date.now() * 1000
  const by = { who: 'li', nowUs }
  const { token } = await enrolment.invite('s1', by)
  const key = makeKey()
  const csr = await makeRequest('s1', key)
  const { certificate } = await enrolment.enroll({ token, csr }, by)
  await assert.rejects(enrolment.enroll({ token, csr }, by), /used before/)
  const path = join(folder, 'site.pem')
  writeFileSync(path, `${certificate}${key}`)
  const asked: Uint8Array[] = []
  const warnings: string[] = []
  const renewal = new Renewal({
    site: 's1',
    settings: { certificate: path, key: path },
    request: (bytes) => asked.push(bytes),
    warn: (text) => warnings.push(text),
  })
  await renewal.look(nowUs / 1000)
  assert.equal(asked.length, 0, 'there is time')
  await renewal.look(nowUs / 1000 + 600 * 86_400_000)
  const request = decodeRequest(asked[0] ?? new Uint8Array())
  assert.ok(request?.kind === 'renew')
  await assert.rejects(enrolment.renew('s2', request, nowUs), /shows no certificate/)
  const proof = Buffer.alloc(64).toString('base64')
  await assert.rejects(enrolment.renew('s1', { ...request, proof }, nowUs), /shows no/)
  const pem = await enrolment.renew('s1', request, nowUs)
  renewal.answered({ kind: 'certificate', pem })
  assert.deepEqual(warnings, [])
  const renewed = readFileSync(path, 'utf8')
  assert.notEqual(renewed, `${certificate}${key}`)
  assert.equal(new X509Certificate(renewed).subject, 'CN=s1')
  await enrolment.revoke({ column: 'site', value: 's1' }, by)
  await assert.rejects(enrolment.renew('s1', request, nowUs), /shows no certificate/)
}

async function refuses(enrolment: Enrolment, folder: string): Promise<void> {
  const by = { who: 'li', nowUs: Date.now() * 1000 }
  const pairs: string[] = []
  for (const site of ['s3', 's4']) {
    const { token } = await enrolment.invite(site, by)
    const key = makeKey()
    const csr = await makeRequest(site, key)
    const { certificate } = await enrolment.enroll({ token, csr }, by)
    pairs.push(`${certificate}${key}`)
  }
  const list = join(folder, 'revoked.pem')
  const write = async (): Promise<void> =>
    writeFileSync(list, await enrolment.revocations(by.nowUs))
  await write()
  const authority = join(folder, 'ca')
  await using broker = await startMosquitto(folder, [
    // Who it is otherwise, as root, may not read the key.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    `cafile ${authority}/ca.pem`,
    `certfile ${authority}/server.pem`,
    `keyfile ${authority}/server.key`,
    `crlfile ${list}`,
    'require_certificate true',
    'use_identity_as_username true',
  ])
  const areIn = async (): Promise<readonly boolean[]> =>
    Promise.all(pairs.map(async (pem) => isLetIn(broker.port, authority, pem)))
  assert.deepEqual(await areIn(), [true, true])
  assert.equal(await enrolment.revoke({ column: 'site', value: 's3' }, by), 1)
  await write()
  broker.reload()
  await until(async () => ((await areIn())[0] === false ? true : undefined), 'it lets it in')
  assert.deepEqual(await areIn(), [false, true])
}

/** With the certificate of a site, as an edge comes to a broker that is another program. */
async function isLetIn(port: number, authority: string, pem: string): Promise<boolean> {
  const client = connect(`mqtts://localhost:${port}`, {
    ca: readFileSync(join(authority, 'ca.pem')),
    cert: pem,
    key: pem,
    reconnectPeriod: 0,
    connectTimeout: 5000,
  })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  client.on('connect', () => resolve(true))
  client.on('error', () => resolve(false))
  client.on('close', () => resolve(false))
  const isIn = await promise
  await client.endAsync(true)
  return isIn
}

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { formatAddress } from '../src/core/address.ts'
import { GENERATED, hashPassword } from '../src/core/password-hash.ts'
import { Canaries } from './canary/canaries.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'

const MAIN = join(import.meta.dirname, '../src/cli/main.ts')
const PASSWORD = 'hunter2-of-the-operator'
const HASH = hashPassword(Buffer.from(PASSWORD), GENERATED)
const DEVICES = ['li-wei-7-flat-12', 'customer-4471']

const SITE = `site: { id: s1, name: Secret Street, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
roles: [{ name: reader, subscribe: ['grid/#'] }]
clients: [{ name: zhang-operator, role: reader, passwordHash: '${HASH}' }]
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [${DEVICES.map((id) => `{ id: ${id}, kind: meter, feeder: f1 }`).join(', ')}]
`
const values = Array.from({ length: 40 }, (_, at) => 7391.826413 + at * 97.318253)

function doctor(...words: readonly string[]): {
  readonly code: number | null
  readonly text: string
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'doctor', ...words], {
    encoding: 'utf8',
  })
  return { code: status, text: `${stdout}${stderr}` }
}

describe('busbar doctor', () => {
  test('of a machine says what to do, and whether it will do', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { readonly port: number }
    const folder = mkdtempSync(join(tmpdir(), 'busbar-preflight-'))
    try {
      const free = ['--data', folder, '--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
      const { text } = doctor('--preflight', ...free)
      for (const name of ['cores', 'memory', 'fsync', 'clock', 'cgroups', 'crun', 'kernel'])
        assert.match(text, new RegExp(`^(?:good|poor|bad) +${name} `, 'm'), name)
      const refused = doctor('--preflight', '--json', ...free.slice(0, -1), `127.0.0.1:${port}`)
      assert.equal(refused.code, 1)
      const { ready, checks } = JSON.parse(refused.text) as {
        readonly ready: boolean
        readonly checks: readonly {
          readonly name: string
          readonly state: string
          readonly advice: string
        }[]
      }
      assert.equal(ready, false)
      const found = checks.find(({ name }) => name === `port ${port}`)
      assert.equal(found?.state, 'bad')
      assert.match(found?.advice ?? '', /^ss -ltnp/)
    } finally {
      taken.close()
      rmSync(folder, { recursive: true })
    }
  })

  test('of a node that is not there says so', () => {
    const { code, text } = doctor('--url', '127.0.0.1:1')
    assert.equal(code, 1)
    assert.match(text, /^edge: no edge answers at http:\/\/127.*\n {4}systemctl status busbar/)
  })

  test('collects for support no reading, nobody and no secret, and what the rules allow', async () => {
    await using edge = await TestedEdge.start(SITE)
    const client = await connectAsync(edge.url, { protocolVersion: 5, reconnectPeriod: 0 })
    for (const [at, value] of values.entries()) {
      const message = { ts: Date.now() - 60_000 + at, values: { 'power.active': value } }
      const topic = `grid/${DEVICES[at % 2]}/readings`
      await client.publishAsync(topic, JSON.stringify(message), { qos: 1 })
    }
    await client.endAsync()
    const url = formatAddress(edge.http)
    assert.deepEqual(doctor('--url', url), { code: 0, text: 'Nothing is wrong.\n' })
    const { directory } = edge
    const log = join(directory, 'edge.log')
    writeFileSync(log, LOG)
    const out = join(directory, 'support.json')
    const where = ['--data', join(directory, 'data'), '--site', join(directory, 'site.yaml')]
    const rest = [...where, '--log', log, '--url', url]
    const stranger = doctor('--bundle', out, ...rest)
    assert.match(stranger.text, /left out, settings: .*centre only/)
    assert.ok(!('settings' in (JSON.parse(readFileSync(out, 'utf8')) as object)))
    const { code, text } = doctor('--bundle', out, '--to', 'centre', ...rest)
    assert.equal(code, 0, text)
    const bytes = readFileSync(out)
    assert.deepEqual(new Canaries(values).find(bytes), [])
    const bundle = bytes.toString()
    for (const secret of [
      ...DEVICES,
      PASSWORD,
      HASH,
      'zhang-operator',
      'Secret Street',
      'MIIBOgIBAAJ',
    ])
      assert.ok(!bundle.includes(secret), secret)
    const { metrics, health, settings, store, log: lines, stayed } = JSON.parse(bundle) as Bundle
    assert.deepEqual(stayed, [])
    assert.equal(health.status, 'ok')
    assert.equal(metrics['busbar_ingest_readings_total{outcome="stored"}'], values.length)
    assert.equal(settings.counts['devices'], 2)
    assert.ok((store.files['journal.db'] ?? 0) > 0)
    assert.match(lines.join('\n'), /the port 1883 is taken/)
  })
})

interface Bundle {
  readonly metrics: Readonly<Record<string, number>>
  readonly health: { readonly status: string }
  readonly settings: { readonly counts: Readonly<Record<string, number>> }
  readonly store: { readonly files: Readonly<Record<string, number>> }
  readonly log: readonly string[]
  readonly stayed: readonly string[]
}

/** What a log should not have, and may. */
const LOG = `busbar: the port 1883 is taken by another program
busbar: grid/${DEVICES[0]}/readings refused: {"values":{"power.active":${values[3]}}}
busbar: the value ${values[5]} of ${DEVICES[1]} at ${String(values[6]).replace('.', '')}
busbar: client zhang-operator gave password=${PASSWORD}
busbar: ${HASH}
-----BEGIN RSA PRIVATE KEY-----
MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu
-----END RSA PRIVATE KEY-----
`

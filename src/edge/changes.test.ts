import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Micros } from '../core/time.ts'
import { loadBuiltIn } from '../kernel/built-in.ts'
import { publicText } from '../core/signed-text.ts'
import { packModule } from '../kernel/package.ts'
import type { AuditEntry } from '../store/audit.ts'
import { WrittenJournal } from '../store/reader/written-journal.test.ts'
import { DeviceStore } from './access/device-store.ts'
import { siteFileLine, withAdopted } from './adoption.ts'
import { Changes } from './changes.ts'
import { parseSite } from './site/site.ts'

const NOW = Micros(Date.UTC(2026, 0, 31, 12) * 1000)
const ANA = { who: 'ana', address: '127.0.0.1' }
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const SIGNING_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const SITE = parseSite(
  `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: m1, kind: meter, feeder: f1 }]
processors: { trustedKeys: ['${publicText(publicKey)}'] }
`,
  'site.yaml',
)

class Stand implements Disposable {
  readonly journal = new WrittenJournal().define('m1/voltage.a')
  readonly devices = new DeviceStore(this.journal.directory)
  readonly audit: AuditEntry[] = []
  readonly changes: Changes = new Changes({
    file: SITE,
    directory: this.journal.directory,
    devices: this.devices,
    ingest: { record: (entry) => this.audit.push(entry) },
    clock: () => NOW,
  });

  [Symbol.dispose](): void {
    this.devices[Symbol.dispose]()
    this.journal[Symbol.dispose]()
  }

  get records(): string[] {
    return this.audit.map(
      ({ who, command, device, outcome, detail }) =>
        `${who} ${command} ${device} ${outcome} ${detail}`,
    )
  }
}

test('a device that is adopted is one of the site, now and after a restart', () => {
  using stand = new Stand()
  const { changes, devices } = stand
  const outline = changes.adopt({ device: 'm2', kind: 'meter', feeder: 'f1' }, ANA)
  assert.deepEqual(outline.adopted, { who: 'ana', at: '2026-01-31T12:00:00.000Z' })
  changes.adopt({ device: 'r9', kind: 'rtu', feeder: undefined }, ANA)
  assert.equal(changes.isAdopted('m2'), true)
  assert.equal(changes.isAdopted('m3'), false)
  assert.deepEqual(
    changes.adopted().map(({ id, kind, feeder }) => [id, kind, feeder]),
    [
      ['m2', 'meter', 'f1'],
      ['r9', 'rtu', undefined],
    ],
  )
  assert.deepEqual(stand.records, ['ana adopt m2 done meter f1', 'ana adopt r9 done rtu'])
  using again = new DeviceStore(stand.journal.directory)
  const { devices: all } = withAdopted(SITE, again.adopted())
  assert.deepEqual(all.slice(1), [
    { id: 'm2', kind: 'meter', feeder: 'f1' },
    { id: 'r9', kind: 'rtu' },
  ])
  const lines = devices.adopted().map(siteFileLine)
  const file = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices:
${lines.map((line) => `  ${line}`).join('\n')}
`
  assert.deepEqual(
    parseSite(file, 'site.yaml').devices.map(({ id }) => id),
    ['m2', 'r9'],
  )
})

test('what cannot be adopted is refused, and leaves no trace', () => {
  using stand = new Stand()
  for (const [adoption, why] of [
    [{ device: 'm1', kind: 'meter', feeder: undefined }, /in the site file already/],
    [{ device: 'm2', kind: 'kettle', feeder: undefined }, /no such kind/],
    [{ device: 'm2', kind: 'meter', feeder: 'f9' }, /feeder f9/],
    [{ device: '../m2', kind: 'meter', feeder: undefined }, /no name/],
  ] as const)
    assert.throws(() => stand.changes.adopt(adoption, ANA), why)
  assert.deepEqual([stand.changes.adopted(), stand.audit], [[], []])
})

test('a module is taken when a trusted key has signed it and it comes through its rehearsal', async () => {
  using stand = new Stand()
  const { changes, journal } = stand
  journal.row([{ point: 0, time: NOW - 1_000_000, value: 230 }])
  const { manifest, bytes } = await loadBuiltIn('filter')
  const own = { ...manifest, name: 'own-filter', version: '2.0.0' }
  const signed = packModule(own, bytes, SIGNING_KEY)
  const taken = await changes.deploy(signed, ANA)
  assert.deepEqual(
    [taken.name, taken.version, taken.signer],
    ['own-filter', '2.0.0', publicText(publicKey)],
  )

  const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const bad = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)
  for (const [text, why] of [
    [packModule(own, bytes, undefined), /is not signed/],
    [packModule(own, bytes, other.toString()), /key that is not known/],
    [packModule(own, bad, SIGNING_KEY), /does not export/],
    [signed.replace('2.0.0', '2.0.1'), /signature/],
    ['{}', /no manifest/],
  ] as const)
    await assert.rejects(changes.deploy(text, ANA), why)
  assert.deepEqual(readdirSync(join(journal.directory, 'processors')), ['own-filter.json'])

  await changes.deploy(packModule({ ...own, version: '2.1.0' }, bytes, SIGNING_KEY), ANA)
  assert.equal(changes.rollBack('own-filter', ANA).version, '2.0.0')
  for (const name of ['nothing', '../own-filter', ''])
    assert.throws(() => changes.rollBack(name, ANA), /no module/)
  assert.match(stand.records.join('\n'), /refused processor own-filter is not signed/)
  assert.match(stand.records.at(-1) ?? '', /roll back processor {2}done own-filter 2\.0\.0/)
})

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { USUAL_INSIDE } from '../access/inside-network.ts'
import { limits } from '../../core/limits.ts'
import { builtInProcessors } from '../../kernel/built-in.ts'
import { siteJsonSchema } from './schema.ts'
import { HEAD } from './site-text.test.ts'
import { loadSite, parseSite } from './site.ts'

const ROOT = join(import.meta.dirname, '../../..')

describe('a site', () => {
  test('has defaults that let nobody in and lose nothing', () => {
    const site = parseSite(HEAD, 'S')
    const { messagesPerSecond, bytesPerSecond, connectionsPerSecond } = limits
    assert.deepEqual(site.access, {
      anonymous: false,
      anyTopic: false,
      limits: { messagesPerSecond, bytesPerSecond, connectionsPerSecond },
      inside: [...USUAL_INSIDE],
    })
    assert.equal(site.unknownDevices, 'quarantine')
    assert.deepEqual(site.devices, [])
  })

  test('has every device that a range stands for, at the feeder of the same number', () => {
    const text = `${HEAD}
  # a second feeder below would clash with the list in one line
devices:
  - { id: "m{09..11}-{1..2}", kind: meter, phase: b }
  - { id: "t{1..1}-m", kind: transformer-monitor, transformer: "t{1..1}" }
  - { id: plain, kind: rtu, feeder: f1 }
`
    const { devices } = parseSite(text, 'S')
    assert.deepEqual(
      devices.map(({ id }) => id),
      ['m09-1', 'm09-2', 'm10-1', 'm10-2', 'm11-1', 'm11-2', 't1-m', 'plain'],
    )
    assert.deepEqual(devices[1], { id: 'm09-2', kind: 'meter', phase: 'b' })
    assert.deepEqual(devices[6], { id: 't1-m', kind: 'transformer-monitor', transformer: 't1' })
  })

  test('pairs two equal ranges with the id in order', () => {
    const text = `${HEAD}devices: [{ id: "f{1..1}-{1..1}", kind: rtu, feeder: "f{1..1}" }]`
    assert.equal(parseSite(text, 'S').devices[0]?.id, 'f1-1')
  })

  test('names files from where it is, and listeners have defaults that let in no old TLS', () => {
    const text = `${HEAD}listeners:
  tls: { address: :8883, certificate: tls/edge.pem, key: /keys/edge.key }
  webSocket: { address: '[::1]:8083' }
`
    const { listeners } = parseSite(text, '/etc/busbar/site.yaml')
    const defaults = { minimumVersion: 'TLSv1.3', clientCertificates: 'none' }
    assert.deepEqual(listeners, {
      tls: {
        address: ':8883',
        certificate: '/etc/busbar/tls/edge.pem',
        key: '/keys/edge.key',
        ...defaults,
      },
      webSocket: { address: '[::1]:8083', origins: [], ...defaults },
    })
    assert.deepEqual(parseSite(HEAD, 'S').listeners, {})
  })

  test('may begin with a byte order mark and end its lines as Windows does', () => {
    const text = `\uFEFF${HEAD.replaceAll('\n', '\r\n')}unknownDevices: refuse\r\n`
    assert.equal(parseSite(text, 'S').unknownDevices, 'refuse')
  })
})

describe('a site in a file', () => {
  test('the examples load', () => {
    const demo = loadSite(join(ROOT, 'examples/demo.yaml'))
    assert.equal(demo.site.id, 'demo')
    assert.equal(demo.devices.length, 1020)
    const byId = new Map(demo.devices.map((device) => [device.id, device]))
    assert.equal(byId.get('f8-meter-125')?.feeder, 'f8')
    assert.equal(byId.get('f3-concentrator')?.kind, 'concentrator')
    assert.equal(byId.get('t2-monitor')?.transformer, 't2')
    assert.equal(byId.get('busbar-2-pq')?.voltageLevel, '10kv-2')
    const open = loadSite(join(ROOT, 'examples/open.yaml'))
    const { anonymous, anyTopic } = open.access
    assert.deepEqual({ anonymous, anyTopic }, { anonymous: true, anyTopic: true })
    assert.deepEqual(open.devices, [])
    const { tls, webSocket } = loadSite(join(ROOT, 'examples/tls.yaml')).listeners
    assert.equal(tls?.clientCa, join(ROOT, 'examples/tls/devices-ca.pem'))
    assert.equal(webSocket?.clientCertificates, 'required')
  })

  test('a file that is missing, too long or no file says so', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-site-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'site.yaml')
    assert.throws(() => loadSite(path), { code: 'not-found', message: `${path}: no such file` })
    assert.throws(() => loadSite(folder), {
      code: 'input',
      message: `${folder}: cannot be read (EISDIR)`,
    })
    writeFileSync(path, Buffer.alloc(limits.siteFileBytes + 1, '#'))
    assert.throws(() => loadSite(path), { code: 'input', message: /site\.yaml:1:1: 4194305 bytes/ })
    writeFileSync(path, Buffer.from([0x23, 0x0a, 0x23, 0xff]))
    assert.throws(() => loadSite(path), {
      message: /site\.yaml:2:2: a character that is not UTF-8/,
    })
  })
})

describe('what is published', () => {
  test('docs/site.schema.json is what `busbar site schema` prints', () => {
    const published: unknown = JSON.parse(readFileSync(join(ROOT, 'docs/site.schema.json'), 'utf8'))
    assert.deepEqual(published, JSON.parse(JSON.stringify(siteJsonSchema())))
  })

  const page = readFileSync(join(ROOT, 'docs/site-file.md'), 'utf8')

  test('the example of docs/site-file.md loads', () => {
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? ''
    assert.equal(parseSite(example, 'docs/site-file.md').devices.length, 254)
  })

  test('docs/site-file.md, or the page of a processor, names every key of the schema', () => {
    const schema = siteJsonSchema()
    const { processors } = schema.properties as Record<string, { properties: object }>
    const table = page.slice(page.search(/^\| key /m))
    for (const name of builtInProcessors) {
      const text = readFileSync(join(ROOT, `docs/processors/${name}.md`), 'utf8')
      const own = processors?.properties as Record<string, unknown>
      for (const key of keysOf(own[name])) assert.match(text, new RegExp(`\\b${key}\\b`), key)
      own[name] = {}
    }
    const keys = keysOf(schema)
    assert.ok(keys.size > 30)
    for (const key of keys) assert.match(table, new RegExp(`[\`.]${key}\\b`), key)
  })
})

function keysOf(schema: unknown): Set<string> {
  const keys = new Set<string>()
  JSON.stringify(schema, (key, value: unknown) => {
    if (key === 'properties') for (const name of Object.keys(value ?? {})) keys.add(name)
    return value
  })
  return keys
}

describe('speed', () => {
  const devices = (lines: string): string => `${HEAD}devices:\n${lines}`
  const elapsedMs = (text: string, count: number): number => {
    const begin = performance.now()
    assert.equal(parseSite(text, 'S').devices.length, count)
    return performance.now() - begin
  }

  test('20,000 devices by ranges', () => {
    const text = devices('  - { id: "m{1..200}-{1..100}", kind: meter, feeder: f1 }\n')
    assert.ok(elapsedMs(text, 20_000) < 300)
  })

  test('1,000 devices one by one', () => {
    const line = (index: number): string => `  - { id: m${index}, kind: meter, feeder: f1 }\n`
    const text = devices(Array.from({ length: 1000 }, (_, index) => line(index)).join(''))
    assert.ok(elapsedMs(text, 1000) < 1000)
  })
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { formatAddress } from '../src/core/address.ts'
import { property, publish, subscribe } from '../src/mqtt/broker/client-packets.test.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const START = 1_764_000_000_000
const PER_MESSAGE = 400
const FREE_BYTES = 1_500_000

const disk = mkdtempSync(join(tmpdir(), 'busbar-small-'))
const why = whyNoDisk()
const outerTmp = process.env['TMPDIR']

/** A file system of its own takes the rights of root. */
function whyNoDisk(): string | false {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk], { stdio: 'ignore' })
    return false
  } catch {
    return 'no small file system can be mounted here'
  }
}

/** Message k: readings that no other has. */
function message(k: number): string {
  const readings = Array.from(
    { length: PER_MESSAGE },
    (_, at) => `{"ts":${START + k * PER_MESSAGE + at},"values":{"voltage.a":${k}}}`,
  )
  return `[${readings.join(',')}]`
}

function fillUp(): void {
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - FREE_BYTES))
}

async function stored(edge: TestedEdge, device: string): Promise<Map<number, number>> {
  const query = `device=${device}&from=2000-01-01T00:00:00Z&limit=1000000`
  const response = await fetch(`http://${formatAddress(edge.http)}/api/v1/readings?${query}`)
  const { readings } = (await response.json()) as { readings: { value: number }[] }
  const counts = new Map<number, number>()
  for (const { value } of readings) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Publishes message after message until one is answered so; returns which were acknowledged, and which was not. */
async function publishUntil(
  wire: Wire,
  device: string,
  from: number,
  ending: RegExp,
): Promise<number> {
  for (let k = from; k < from + 2000; k++) {
    wire.send(publish(`grid/${device}/readings`, message(k), { id: (k % 60_000) + 1 }))
    const line = await wire.line()
    if (ending.test(line)) return k
    assert.equal(line.replace(/ 97$/, ''), `PUBACK ${(k % 60_000) + 1}`)
  }
  assert.fail('it never was')
}

describe('a disk that is full', { skip: why }, () => {
  before(() => (process.env['TMPDIR'] = disk))
  after(() => {
    if (outerTmp === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outerTmp
    if (why === false) execFileSync('umount', [disk])
    rmdirSync(disk)
  })

  test('refuses with 0x97, loses nothing acknowledged, and goes on by itself when there is room', async () => {
    let edge = await TestedEdge.start()
    try {
      using modern = await Wire.enter(edge.mqtt, 'modern')
      using lasting = await Wire.enter(edge.mqtt, 'lasting', {
        properties: [property.sessionExpiry(600)],
      })
      fillUp()
      const refused = await publishUntil(modern, 'modern', 0, / 97$/)
      assert.ok(refused > 0, 'something was acknowledged before')

      // While it is full: at once, whatever is sent; what MQTT 3.1.1 cannot be told waits.
      using old = await Wire.enter(edge.mqtt, 'old', { version: 4 })
      old.send(publish('grid/old/readings', message(0), { id: 1, version: 4 }))
      lasting.send(subscribe({ 'alarms/#': 1 }, { id: 9 }))
      for (let id = 1; id <= 100; id++) modern.send(publish('grid/modern/readings', '{}', { id }))
      for (let id = 1; id <= 100; id++) assert.equal(await modern.line(), `PUBACK ${id} 97`)
      modern.send(publish('grid/modern/readings', message(refused), { id: 7, qos: 2 }))
      assert.equal(await modern.line(), 'PUBREC 7 97')
      const { problems } = await edge.health()
      assert.match(problems.join(' '), /The disk is full/)
      const metrics = await edge.metrics()
      assert.equal(metrics.get('busbar_store_disk_full'), 1)
      assert.equal(metrics.get('busbar_store_disk_full_refusals_total'), PER_MESSAGE + 101)
      const account = await edge.account('modern')
      assert.deepEqual(account?.refused, { diskFull: PER_MESSAGE + 101 })
      assert.equal(account?.inFlight, 0)
      await assert.rejects(old.line(300))
      await assert.rejects(lasting.line(10))

      rmSync(join(disk, 'ballast'))
      assert.equal(await old.line(), 'PUBACK 1')
      assert.match(await lasting.line(), /^SUBACK 9 /)
      assert.deepEqual((await edge.health()).problems, [])
      assert.equal(await publishUntil(modern, 'modern', refused, /^PUBACK \d+$/), refused)

      const all = Array.from({ length: refused + 1 }, (_, k) => [k, PER_MESSAGE])
      assert.deepEqual([...(await stored(edge, 'modern'))], all)
      edge = await edge.kill()
      const again = await edge.account('modern')
      assert.deepEqual(again?.refused, { diskFull: PER_MESSAGE + 101 })
      assert.equal(again?.stored, all.length * PER_MESSAGE)
      assert.deepEqual([...(await stored(edge, 'modern'))], all)
      assert.deepEqual([...(await stored(edge, 'old'))], [[0, PER_MESSAGE]])
      const resumed = { clean: false, properties: [property.sessionExpiry(600)] }
      using back = await Wire.enter(edge.mqtt, 'lasting', resumed)
      back.send(publish('alarms/1', 'fire', { id: 3 }))
      const lines = await back.next(2)
      assert.ok(
        lines.some((line) => line.startsWith('PUBLISH')),
        lines.join(),
      )
    } finally {
      rmSync(join(disk, 'ballast'), { force: true })
      await edge[Symbol.asyncDispose]()
    }
  })

  test('ends connections of MQTT 3.1.1 whose messages it had taken already, without acknowledging them', async () => {
    await using edge = await TestedEdge.start()
    try {
      using old = await Wire.enter(edge.mqtt, 'old', { version: 4 })
      fillUp()
      let acknowledged = -1
      for (let k = 0; ; k++) {
        const packet = publish('grid/old/readings', message(k), { id: k + 1, version: 4 })
        old.send(packet)
        const line = await old.line()
        if (line === 'end') break
        assert.equal(line, `PUBACK ${k + 1}`)
        acknowledged = k
      }
      assert.equal((await edge.metrics()).get('busbar_mqtt_unacknowledged_total'), 1)
      await setTimeout(100)
      const known = [...(await stored(edge, 'old')).keys()]
      assert.deepEqual(
        known,
        Array.from({ length: acknowledged + 1 }, (_, k) => k),
      )
    } finally {
      rmSync(join(disk, 'ballast'), { force: true })
    }
  })
})

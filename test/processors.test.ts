import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { SITE, deploy, events, processor, publish, until } from './processors/deployed.ts'
import { hostile, packageOf } from './processors/modules.ts'

test("a module of one's own finds events, which are published, kept, and there after kill -9", async () => {
  let edge = await TestedEdge.start(SITE)
  try {
    const heard: string[] = []
    const listener = await connectAsync(edge.url, { protocolVersion: 5 })
    listener.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`))
    await listener.subscribeAsync('grid/m1/events', { qos: 1 })
    deploy(edge, await packageOf())
    await until(async () => processor(edge), 'the module runs')
    await publish(edge, 1, 1500)
    await until(async () => heard[0], 'the event is published')
    assert.match(heard[0] ?? '', /^grid\/m1\/events \{"subject":"m1".*"name":"load.high"/)
    await listener.endAsync(true)
    edge = await edge.kill()
    await publish(edge, 2, 900)
    const ended = async () => (await events(edge)).find(({ end }) => end !== null)
    const event = await until(ended, 'the event has ended')
    assert.equal(event['start'], '2026-01-31T00:00:01.000Z')
    assert.equal(event['end'], '2026-01-31T00:00:02.000Z')
    assert.equal((await events(edge)).length, 1)
  } finally {
    await edge[Symbol.asyncDispose]()
  }
})

test('a new version runs in the shadow of the one before, then takes its place', async () => {
  await using edge = await TestedEdge.start(SITE)
  deploy(edge, await packageOf())
  await until(async () => processor(edge), 'the module runs')
  await publish(edge, 1, 1500)
  deploy(edge, await packageOf((source) => source, { version: '2.0.0' }))
  await until(async () => ((await processor(edge))?.shadow ? true : undefined), 'the shadow')
  for (let second = 2; (await processor(edge))?.version !== '2.0.0'; second++) {
    assert.ok(second < 500, 'it never takes the place')
    await publish(edge, second, second % 2 === 0 ? 100 : 1500)
  }
  assert.equal((await events(edge)).filter(({ end }) => end === null).length <= 1, true)
})

describe('a hostile module is stopped, and ingest goes on', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['spins', 'while (true) {}', /took more than \d+ ms of processor time/],
    ['traps', 'unreachable()', /unreachable/],
    ['grows', 'while (memory.grow(1) >= 0) {}\n    unreachable()', /unreachable/],
    ['reads out of its memory', 'load<u64>(0xfffffff0)', /out of bounds/],
    [
      'puts out without end',
      'for (let i = 0; i < 100000; i++) emitEvent(HIGH_LOAD, 0, i, 0)',
      /puts out more than/,
    ],
  ]
  for (const [what, statement, fault] of cases) {
    test(`it ${what}`, async () => {
      await using edge = await TestedEdge.start(SITE)
      deploy(edge, await hostile(statement))
      await until(async () => processor(edge), 'the module runs')
      let second = 1
      const stopped = await until(async () => {
        await publish(edge, second++, 1500)
        const own = await processor(edge)
        return own?.fault === '' ? undefined : own
      }, 'it is stopped')
      assert.match(stopped.fault, fault)
      assert.equal((await edge.health()).problems.length, 1)
      await publish(edge, second++, 1500)
      assert.equal((await edge.account('m1'))?.stored, second - 1)
      assert.match(edge.takeErrors(), /processor high-load is stopped/)
      deploy(edge, await packageOf((source) => source, { version: '1.0.1' }))
      await until(async () => ((await processor(edge))?.fault === '' ? true : undefined), 'mended')
      await until(async () => (await events(edge))[0], 'what it missed is computed')
    })
  }
})

test('a module that is not signed, or is none, does not run, and the reason is shown', async () => {
  await using edge = await TestedEdge.start(
    SITE.replace('allowUnsigned: true', 'own: {}').replace(/\n  own: \{ high.*\n/, '\n'),
  )
  deploy(edge, await packageOf())
  const unsigned = await until(async () => processor(edge), 'it is shown')
  assert.match(unsigned.fault, /high-load is not signed here/)
  deploy(edge, '{"manifest":"x"}', 'other')
  const broken = await until(async () => processor(edge, 'other'), 'it is shown')
  assert.match(broken.fault, /has no manifest, or no module/)
  edge.takeErrors()
})

test('a damaged file of results is put aside, and processors begin with what the journal has', async () => {
  // Whoever reads what is for the centre meets the damage, too, and may be there first.
  let edge = await TestedEdge.start(`${SITE}uplink: { url: 'mqtt://127.0.0.1:1' }\n`)
  try {
    deploy(edge, await packageOf())
    await until(async () => processor(edge), 'the module runs')
    await publish(edge, 1, 1500)
    await until(async () => (await events(edge))[0], 'the event')
    const path = join(edge.directory, 'data/own-results.db')
    edge = await edge.kill(() => {
      rmSync(`${path}-wal`)
      writeFileSync(path, readFileSync(path).fill(0x55))
    })
    await until(async () => (await events(edge))[0], 'the event again, from the journal')
    assert.match((await edge.health()).problems.join(), /A damaged file was put aside/)
    edge.takeErrors()
  } finally {
    await edge[Symbol.asyncDispose]()
  }
})

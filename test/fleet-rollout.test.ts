import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from './crash/scratch.ts'
import { FleetUnderTest } from './fleet/fleet-under-test.ts'
import { killDuring } from './fleet/kill-points.ts'
import { until } from './fleet/until.ts'

/** Of an edge about itself, which leaves by the rules that come with it. */
const HEALTH = {
  class: 'health',
  kind: 'report',
  subject: { kind: 'site', id: 'a' },
  window: 0,
  members: 1,
  fields: ['version'],
}
const SITES = ['a', 'b', 'c']

test('sets go out in waves, and what is no good stops and goes back', async (t) => {
  await withScratch('fleet', async (folder) => {
    await using fleet = await FleetUnderTest.start(folder, SITES)
    const allReported = async (): Promise<true | undefined> => {
      const { sites } = (await fleet.centre.get('/api/v1/fleet/sites')) as { sites: object[] }
      return sites.length === SITES.length ? true : undefined
    }
    await until(allReported, () => fleet.errors())
    const filesFor = (name: string, more = ''): Record<string, string> =>
      Object.fromEntries(
        SITES.map((site) => [`sites/${site}.yaml`, fleet.siteText(site, name, more)]),
      )

    await t.test('a changed site file arrives everywhere, wave after wave', async () => {
      fleet.roll(fleet.upload(filesFor('second')), 'a;b,c')
      const { phase, waves } = await fleet.ended()
      assert.equal(phase, 'done', fleet.errors())
      assert.deepEqual(
        waves.map(({ good }) => good),
        [1, 2],
      )
      for (const site of SITES) assert.equal(await fleet.nameOf(site), 'second')
    })

    await t.test('what somebody changes on the spot is shown, and stays', async () => {
      const changed = fleet.fileOf('c').replace('second', 'by-hand')
      writeFileSync(fleet.siteFile('c'), changed)
      await until(
        async () => ((await fleet.set('c')).drift.length > 0 ? true : undefined),
        () => fleet.errors(),
      )
      assert.deepEqual((await fleet.set('c')).drift, ['site-file'])
      assert.equal(fleet.fileOf('c'), changed)
    })

    await t.test('a site file with which nothing starts stops in the first wave', async () => {
      const tls = "listeners: { tls: { address: '127.0.0.1:0', certificate: no.pem, key: no.key } }"
      fleet.roll(fleet.upload(filesFor('third', `${tls}\n`)), 'a;b,c')
      const { phase, why, wave } = await fleet.ended()
      assert.equal(phase, 'stopped')
      assert.match(why, /cannot be started with it/)
      assert.equal(wave, 0)
      assert.equal(await fleet.nameOf('a'), 'second')
      assert.equal(await fleet.nameOf('b'), 'second')
    })

    await t.test('a policy that fails its examples is put nowhere', async () => {
      const example = {
        name: 'health leaves nobody',
        input: { action: 'export', destination: 'centre', record: HEALTH },
        allow: false,
      }
      const examples = JSON.stringify({ examples: [example] })
      fleet.roll(fleet.upload({ 'policy-examples.json': examples }), 'a;b,c')
      const { phase, why } = await fleet.ended()
      assert.equal(phase, 'stopped')
      assert.match(why, /the policy: health leaves nobody/)
    })

    await t.test('a set of a stranger is not run', async () => {
      const other = join(folder, 'other.pem')
      const { generateKeyPairSync } = await import('node:crypto')
      const { privateKey } = generateKeyPairSync('ed25519')
      writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      fleet.roll(fleet.upload(filesFor('foreign'), 2, other), 'a;b,c')
      const { phase, why } = await fleet.ended()
      assert.equal(phase, 'stopped')
      assert.match(why, /does not trust/)
      assert.equal(await fleet.nameOf('a'), 'second')
    })

    await t.test('an edge that is killed while it takes a set has it in the end', async () => {
      for (const afterMs of [400, 1500, 2600]) {
        fleet.roll(fleet.upload(filesFor(`killed-${afterMs}`)), 'b')
        await killDuring(fleet, 'b', afterMs)
        const { phase, why } = await fleet.ended()
        assert.equal(phase, 'done', why)
        assert.equal(await fleet.nameOf('b'), `killed-${afterMs}`)
      }
    })

    await t.test('an edge starts from its last good set without a network', async () => {
      const edge = fleet.edges.get('b')
      await fleet.centre.kill()
      await edge?.kill()
      await edge?.start()
      assert.equal(await fleet.nameOf('b'), 'killed-2600')
      const state = JSON.parse(
        readFileSync(join(folder, 'b', 'data', 'fleet', 'state.json'), 'utf8'),
      ) as { good: { revision: number } }
      assert.equal(state.good.revision, 7)
    })
  })
})

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sha256 } from '../src/fleet/set.ts'
import { openPackage, packModule } from '../src/kernel/package.ts'
import { withScratch } from './crash/scratch.ts'
import { busbar } from './fleet/busbar.ts'
import { FleetUnderTest } from './fleet/fleet-under-test.ts'
import { killAfter } from './fleet/kill-points.ts'
import { load } from './fleet/load.ts'
import { policyBundle } from './fleet/policy-bundle.ts'
import { until } from './fleet/until.ts'
import { hostile } from './processors/modules.ts'

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
const WAVES = [['a'], ['b', 'c']]

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
      await fleet.roll(await fleet.upload(filesFor('second')), WAVES)
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
      await fleet.roll(await fleet.upload(filesFor('third', `${tls}\n`)), WAVES)
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
      await fleet.roll(await fleet.upload({ 'policy-examples.json': examples }), WAVES)
      const { phase, why } = await fleet.ended()
      assert.equal(phase, 'stopped')
      assert.match(why, /the policy: health leaves nobody/)
    })

    await t.test('a set of a stranger is not run', async () => {
      const other = join(folder, 'other.pem')
      const { generateKeyPairSync } = await import('node:crypto')
      const { privateKey } = generateKeyPairSync('ed25519')
      writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      await fleet.roll(await fleet.upload(filesFor('foreign'), { key: other }), WAVES)
      const { phase, why } = await fleet.ended()
      assert.equal(phase, 'stopped')
      assert.match(why, /does not trust/)
      assert.equal(await fleet.nameOf('a'), 'second')
    })

    await t.test(
      'a policy comes with the site file that names it, and another while it runs',
      async () => {
        const policy = (label: string) => policyBundle(folder, { label, key: fleet.key })
        const named = `policy: { bundle: own.tar.gz, trustedKeys: [${fleet.publicKey}] }\n`
        const ofBoth = policy('one')
        await fleet.roll(await fleet.upload({ ...filesFor('ruled', named), ...ofBoth }), [SITES])
        const { phase, why } = await fleet.ended()
        assert.equal(phase, 'done', `${why} ${fleet.errors()}`)
        const alone = policy('two')
        await fleet.roll(await fleet.upload(alone), [SITES])
        assert.equal((await fleet.ended()).phase, 'done', fleet.errors())
        for (const site of SITES) {
          assert.equal(await fleet.nameOf(site), 'ruled')
          assert.equal(await fleet.policyOf(site), sha256(alone['policy.tar.gz']))
        }
      },
    )

    for (const [what, statement] of [
      ['traps', 'unreachable()'],
      ['never returns', 'for (;;) {}'],
    ] as const) {
      await t.test(`a module that ${what} when readings come stops in the first wave`, async () => {
        const first = fleet.edges.get('a') ?? assert.fail()
        await using _ = await load(first, 500)
        const { manifest, bytes } = openPackage(
          await hostile(`if (batch.value(0) > 100) ${statement}`),
          what,
        )
        const packed = packModule(manifest, bytes, readFileSync(fleet.key, 'utf8'))
        const revision = fleet.revisionOf('b')
        const set = await fleet.upload({ 'processors/high-load.json': packed }, { watchSeconds: 6 })
        await fleet.roll(set, WAVES)
        const { id, phase, why, waves } = await fleet.ended()
        assert.equal(phase, 'stopped')
        assert.match(
          why,
          /^In wave 1 of 2 1 of 1 sites failed, and none may\. a: Processor high-load is stopped/,
        )
        assert.deepEqual(
          waves.map(({ asked }) => asked),
          [0, 0],
        )
        assert.ok(
          busbar('fleet', 'rollout', '--url', fleet.url).startsWith(
            `${id}: set ${fleet.revision}, stopped, wave 1 of 2: 0 good, 0 asked, 1 failed of 3\n  ${why}`,
          ),
        )
        // It has gone back, and the others never had it.
        await until(
          async () => ((await fleet.problemsOf('a')).length === 0 ? true : undefined),
          () => fleet.errors(),
        )
        for (const site of SITES) assert.ok(!(await fleet.processorsOf(site)).includes('high-load'))
        for (const site of ['b', 'c']) assert.equal(fleet.revisionOf(site), revision)
      })
    }

    await t.test('an edge that is killed while it takes a set has it in the end', async () => {
      await fleet.roll(await fleet.upload(filesFor('killed')), [SITES])
      await Promise.all(
        SITES.map(async (site, at) => killAfter(fleet.edges.get(site), 400 + at * 1100)),
      )
      const { phase, why } = await fleet.ended()
      assert.equal(phase, 'done', why)
      for (const site of SITES) assert.equal(await fleet.nameOf(site), 'killed')
    })

    await t.test('an edge starts from its last good set without a network', async () => {
      const edge = fleet.edges.get('b')
      await fleet.centre.kill()
      await edge?.kill()
      await edge?.start()
      assert.equal(await fleet.nameOf('b'), 'killed')
      assert.equal(fleet.revisionOf('b'), fleet.revision)
    })
  })
})

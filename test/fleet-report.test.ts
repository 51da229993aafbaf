import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withScratch } from './crash/scratch.ts'
import { until } from './fleet/until.ts'
import { Program } from './uplink/program.ts'
import { noMosquitto, startMosquitto } from './uplink/servers.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
devices: [{ id: m1, kind: rtu }]
`
const ANYWHERE = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']

interface Listed {
  readonly site: string
  readonly report: null | Readonly<Record<string, unknown>>
}

async function reports(broker: 'ours' | 'mosquitto'): Promise<void> {
  await withScratch('fleet-report', async (folder) => {
    await using started = new AsyncDisposableStack()
    const words = ['src/cli/main.ts', 'centre', '--data', join(folder, 'centre')]
    let url = ''
    if (broker === 'mosquitto') {
      url = `mqtt://127.0.0.1:${started.use(await startMosquitto(folder)).port}`
      words.push('--broker', url, '--http', '127.0.0.1:0')
    } else words.push(...ANYWHERE)
    const centre = started.use(await Program.start(words))
    if (broker === 'ours') url = `mqtt://${centre.addresses['mqtt']}`
    const siteFile = join(folder, 'site.yaml')
    writeFileSync(siteFile, `${SITE}uplink: { url: '${url}' }\n`)
    const files = ['--site', siteFile, '--data', join(folder, 'edge')]
    const edge = started.use(
      await Program.start(['src/cli/main.ts', 'edge', ...files, ...ANYWHERE]),
    )
    const found = await until(
      async () => {
        const { report } = (await centre.get('/api/v1/sites/s1')) as Listed
        // The first may come before the processors have begun; the next says so, too.
        const processors = report?.['processors'] as readonly object[] | undefined
        return processors !== undefined && processors.length > 0 ? (report ?? undefined) : undefined
      },
      `no report of processors\n${edge.errors.join('')}\n${centre.errors.join('')}`,
    )
    assert.match(String(found['siteFile']), /^[0-9a-f]{64}$/)
    assert.equal(found['policy'], 'shipped')
    assert.equal(found['problemsTotal'], 0)
    assert.deepEqual(found['alarms'], { low: 0, medium: 0, high: 0, critical: 0 })
    const { sites } = (await centre.get('/api/v1/sites')) as { sites: Listed[] }
    assert.equal(sites[0]?.report?.['siteFile'], found['siteFile'])
    assert.equal(sites[0]?.report?.['processors'], undefined, 'the list is short')
    const { decisions } = (await edge.get('/api/v1/policy/decisions')) as {
      decisions: readonly { readonly record?: { readonly kind?: string } }[]
    }
    assert.ok(JSON.stringify(decisions).includes('report'), 'the policy was asked')
  })
}

test('a centre knows how its sites are, by its own broker', async () => reports('ours'))
test('and by Mosquitto', { skip: noMosquitto }, async () => reports('mosquitto'))

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { type MqttClient, connectAsync } from 'mqtt'
import { parse } from 'yaml'
import { dashboardJson } from '../tools/dashboards/panel.ts'
import { dashboards } from '../tools/build-dashboards.ts'
import { readPage } from './docs/pages.ts'
import {
  deployed,
  deployedPath,
  hastened,
  metricsOf,
  panelQueries,
  ruleFiles,
  rules,
} from './prometheus/deployed.ts'
import { Prometheus, missing } from './prometheus/prometheus.ts'
import { Certificates } from './transports/certificates.ts'
import { freePort } from './uplink/servers.ts'
import { Program } from './uplink/program.ts'

const MAIN = join(import.meta.dirname, '../src/cli/main.ts')
const skip = missing() || Certificates.skip
const alerts = rules().flatMap(({ alert = '' }) => (alert === '' ? [] : [alert]))

/** What the test brings about; all others are proven by `promtool test rules` on series whose names stand in real expositions. */
const PROVOKED_AT_ILL = [
  'BusbarReadingsRefused',
  'BusbarDataDamaged',
  'BusbarPolicyFailing',
  'BusbarCertificateEnding',
  'BusbarAlarmsUnacknowledged',
  'BusbarNotifyFailing',
]
const PROVOKED_LAST = [
  'BusbarIngestStopped',
  'BusbarEdgeDown',
  'BusbarSiteSilent',
  'BusbarCentreRefused',
]

let folder: string
let certificates: Certificates
let centre: Program
let well: Program
let ill: Program
let prometheus: Prometheus
const clients = new Map<string, MqttClient>()
let timer: NodeJS.Timeout

function promtool(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  return stdout + stderr
}

describe('the rules', () => {
  const names = { skip: missing() }

  test('are what promtool takes', names, () => {
    promtool('check', 'rules', ...ruleFiles.map((file) => deployedPath(`prometheus/rules/${file}`)))
  })

  test('each fire on what they are for, and on nothing that is well', names, () => {
    for (const file of ruleFiles)
      promtool('test', 'rules', deployedPath(`prometheus/tests/${file}`))
    const told = ruleFiles.map((file) => deployed(`prometheus/tests/${file}`)).join('')
    const tested = [...told.matchAll(/- name: (\w+)/g)].map(([, name]) => name)
    assert.deepEqual(new Set(tested), new Set(alerts))
  })

  test('each say what is wrong, and have a page about it in both languages', () => {
    const lists = ['alarms.md', 'alarms.zh-CN.md'].map((page) => readPage(`docs/operating/${page}`))
    for (const { alert, annotations = {}, labels = {} } of rules()) {
      if (alert === undefined) continue
      const { summary = '', description = '', runbook_url: page = '' } = annotations
      assert.ok(summary.length > 10 && description.length > 10, alert)
      assert.ok(['warning', 'critical'].includes(labels['severity'] ?? ''), alert)
      assert.match(page, /^\/docs\/operating\/alarms\/[a-z-]+\.md$/)
      for (const path of [page.slice(1), page.slice(1).replace('.md', '.zh-CN.md')])
        assert.match(readPage(path), new RegExp(`^# ${alert}\\b`), path)
      for (const list of lists) assert.ok(list.includes(`[${alert}]`), alert)
    }
  })

  test('and dashboards are built from the code beside them', () => {
    for (const [name, of] of Object.entries(dashboards)) {
      const checkedIn: unknown = JSON.parse(deployed(`grafana/dashboards/${name}.json`))
      assert.deepEqual(checkedIn, JSON.parse(dashboardJson(of)), `${name}: npm run dashboards`)
    }
  })
})

const PQ = {
  'voltage.a': 231,
  'voltage.b': 230,
  'voltage.c': 229,
  'unbalance.voltage': 0.4,
  'flicker.pst': 0.3,
  'flicker.plt': 0.2,
  'thd.voltage.a': 2,
  'thd.current.a': 5,
  'harmonic.voltage.a.5': 1.5,
  frequency: 50.01,
  'power.active': 10_000,
  'power.factor': 0.97,
}

function site(id: string, more: string): string {
  return `site: { id: ${id}, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
voltageLevels: [{ id: 04kv, nominalV: 400 }]
feeders: [{ id: f1, voltageLevel: 04kv }]
devices: [{ id: f1-pq, kind: pq-meter, feeder: f1, nominal: { voltageV: 230 } }]
${more}`
}

async function startEdge(id: string, more: string): Promise<Program> {
  const directory = join(folder, id)
  mkdirSync(join(directory, 'data'), { recursive: true })
  writeFileSync(join(directory, 'site.yaml'), site(id, more))
  writeFileSync(join(directory, 'hook.secret'), 'secret\n')
  if (id === 'ill') writeFileSync(join(directory, 'data/journal.db.damaged-20260101T000000Z'), 'x')
  const files = ['--site', join(directory, 'site.yaml'), '--data', join(directory, 'data')]
  const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
  return Program.start(['src/cli/main.ts', 'edge', ...files, ...ports])
}

/** A little of everything twice a second; the device of the ill site sends nonsense, too. */
async function publish(): Promise<void> {
  for (const [id, client] of clients) {
    const wrong = { ...PQ, 'voltage.a': 9e9, frequency: 7000 }
    const message = JSON.stringify({ values: id === 'ill' ? wrong : PQ })
    await client.publishAsync('grid/f1-pq/readings', message, { qos: 1 }).catch(() => {})
    if (id === 'ill')
      await client.publishAsync('grid/f1-pq/readings', '{', { qos: 1 }).catch(() => {})
  }
}

interface Job {
  readonly job_name: string
  readonly static_configs: readonly [{ readonly labels?: object }]
}

/** The one that is shipped, with the addresses and tokens of this run, and hastened. */
function configuration(): string {
  for (const file of ruleFiles)
    writeFileSync(join(folder, file), hastened(deployed(`prometheus/rules/${file}`)))
  const shipped = parse(deployed('prometheus/prometheus.yml')) as {
    readonly scrape_configs: readonly [Job, Job]
    readonly remote_read: readonly [object]
  }
  const [edgeJob, centreJob] = shipped.scrape_configs
  const ofEdge = (id: string, edge: Program): object => ({
    ...edgeJob,
    job_name: `busbar-edge-${id}`,
    authorization: { credentials_file: tokenFile(id) },
    static_configs: [
      {
        targets: [edge.addresses['http']],
        labels: { ...edgeJob.static_configs[0].labels, site: id },
      },
    ],
  })
  const configured = {
    ...shipped,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(folder, '*.yml')],
    scrape_configs: [
      ofEdge('well', well),
      ofEdge('ill', ill),
      {
        ...centreJob,
        // A centre without users lets this machine in.
        authorization: undefined,
        static_configs: [{ targets: [centre.addresses['http']] }],
      },
    ],
    remote_read: [
      {
        ...shipped.remote_read[0],
        url: `http://${well.addresses['http']}/api/v1/read`,
        authorization: { credentials_file: tokenFile('well') },
        required_matchers: {},
      },
    ],
  }
  return JSON.stringify(configured)
}

/** As the page says that a token is made. */
function tokenFile(id: string): string {
  const path = join(folder, `${id}.token`)
  if (existsSync(path)) return path
  const data = join(folder, id, 'data')
  const words = ['user', 'token', 'prometheus', '--role', 'viewer', '--data', data]
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  writeFileSync(path, stdout)
  return path
}

async function rows(query: string): Promise<number> {
  const { data } = await prometheus.query({ query })
  return data?.result.length ?? 0
}

async function firing(): Promise<readonly string[]> {
  const { data } = await prometheus.query({ query: 'ALERTS{alertstate="firing"}' })
  return (data?.result ?? []).map(({ metric }) => `${metric['alertname']} ${metric['site'] ?? ''}`)
}

async function until(what: () => string, isSo: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 40_000; performance.now() < endMs; await pause(200))
    if (await isSo()) return
  assert.fail(what())
}

describe('a real Prometheus, two edges and a centre', { skip }, () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-deploy-'))
    certificates = new Certificates()
    certificates.issue('edge')
    const closed = await freePort()
    const contact = `notify: { webhook: [{ name: room, url: 'https://127.0.0.1:${closed}/', secretFile: hook.secret, gatherSeconds: 0 }] }`
    const tls = `listeners: { tls: { address: '127.0.0.1:0', certificate: ${certificates.path('edge.pem')}, key: ${certificates.path('edge.key')} } }`
    const policy = `policy: { bundle: gone.tar.gz, trustedKeys: [MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=] }`
    const centreAt = `127.0.0.1:${await freePort()}`
    const uplink = `uplink: { url: 'mqtt://${centreAt}' }`
    const centreWords = ['--data', join(folder, 'centre'), '--mqtt', centreAt]
    ;[centre, well, ill] = await Promise.all([
      Program.start(['src/cli/main.ts', 'centre', ...centreWords, '--http', '127.0.0.1:0']),
      startEdge('well', `${contact}\n${uplink}\n`),
      startEdge('ill', `${contact}\n${tls}\n${policy}\n${uplink}\n`),
    ])
    for (const [id, edge] of Object.entries({ well, ill }))
      clients.set(
        id,
        await connectAsync(`mqtt://${edge.addresses['mqtt']}`, { protocolVersion: 5 }),
      )
    timer = setInterval(() => void publish(), 500)
    prometheus = await Prometheus.start(configuration())
  })
  after(async () => {
    clearInterval(timer)
    for (const client of clients.values()) await client.endAsync(true)
    await prometheus[Symbol.asyncDispose]()
    await Promise.all([well, ill, centre].map((program) => program[Symbol.asyncDispose]()))
    certificates[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('the configuration is what promtool takes', () => {
    writeFileSync(join(folder, 'prometheus.checked'), configuration())
    promtool('check', 'config', join(folder, 'prometheus.checked'))
  })

  test('every panel has data', async () => {
    let open = panelQueries()
    assert.ok(open.length > 60)
    await until(
      () => JSON.stringify(open, undefined, 1),
      async () => {
        const left = []
        for (const each of open) if ((await rows(each.expression)) === 0) left.push(each)
        open = left
        return open.length === 0
      },
    )
  })

  test('every rule reads series that are there', async () => {
    let open = rules().flatMap(({ record, expr }) =>
      record === undefined ? metricsOf(expr) : [record, ...metricsOf(expr)],
    )
    assert.ok(new Set(open).size > 30)
    await until(
      () => open.join('\n'),
      async () => {
        const left = []
        for (const each of new Set(open)) if ((await rows(each)) === 0) left.push(each)
        open = left
        return open.length === 0
      },
    )
  })

  test('what is wrong with the ill edge is said, and of the other nothing', async () => {
    // A site says every ten seconds what it has, and five are silence here.
    const isHasty = (each: string): boolean => each.startsWith('BusbarSiteSilent ')
    let seen: readonly string[] = []
    await until(
      () => seen.join('\n'),
      async () => {
        seen = await firing()
        return PROVOKED_AT_ILL.every((alert) => seen.includes(`${alert} ill`))
      },
    )
    assert.deepEqual(
      seen.filter((each) => !each.endsWith(' ill') && !isHasty(each)),
      [],
    )
  })

  test('an edge that is fed no more, and then killed, and nonsense for the centre', async () => {
    clearInterval(timer)
    const stranger = await connectAsync(`mqtt://${centre.addresses['mqtt']}`, {
      protocolVersion: 5,
      username: 'well',
    })
    await stranger.publishAsync('uplink/v1/well/results', 'nonsense', { qos: 1 }).catch(() => {})
    await stranger.endAsync(true)
    const [, ...later] = PROVOKED_LAST
    let seen: readonly string[] = []
    await until(
      () => seen.join('\n'),
      async () => (seen = await firing()).some((each) => each === `${PROVOKED_LAST[0]} well`),
    )
    await well.kill()
    await until(
      () => `${later.join(' ')}: ${seen.join('\n')}`,
      async () => {
        seen = await firing()
        return later.every((alert) => seen.some((each) => each.startsWith(`${alert} `)))
      },
    )
  })

  test('the centre is gone', async () => {
    await centre.kill()
    await until(
      () => 'BusbarCentreDown does not fire',
      async () => (await firing()).some((each) => each.startsWith('BusbarCentreDown')),
    )
  })
})

test('what is to be mounted is there', () => {
  for (const path of ['datasources/busbar.yml', 'dashboards/busbar.yml'])
    assert.ok(existsSync(deployedPath(`grafana/provisioning/${path}`)))
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { command as edgeCommand } from '../src/cli/edge.ts'
import { tableText } from '../src/cli/demo/table.ts'
import { accountKinds } from '../src/core/accounts.ts'
import { quality } from '../src/core/quality.ts'
import { outcomes } from '../src/edge/commands/desk.ts'
import { withScratch } from './crash/scratch.ts'
import { type Addresses, DemoUnderTest, isInstalled, runLine } from './docs/demo-under-test.ts'
import { checkExample, httpExamplesOf } from './docs/http-example.ts'
import { fencesOf, readPage, sectionOf, tableOf } from './docs/pages.ts'

const README = readPage('README.md')
const HTTP = readPage('docs/http.md')
const OPERATING = readPage('docs/operating.md')
const MANIFEST = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }

/** The lines of the `sh` blocks of a page. */
function linesOf(page: string): string[] {
  return fencesOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trimEnd().split('\n'))
}

function lineOf(page: string, start: string): string {
  const line = linesOf(page).find((each) => each.startsWith(start))
  assert.ok(line !== undefined, `a line that starts with ${start}`)
  return line
}

test('a newcomer needs two commands, and the gate runs the second', () => {
  assert.deepEqual(linesOf(README).slice(0, 2), ['npm ci && npm start', 'npm ci && npm test'])
  assert.match(readPage('.ci/run'), /^npm ci$[^]*^npm test$/m)
  assert.equal(MANIFEST.scripts['start'], './bin/busbar demo')
})

test('the table in the README is the one that the demo draws', () => {
  const unknown = {
    ackP50Ms: null,
    ackP99Ms: null,
    stored: undefined,
    readingsPerSecond: undefined,
    journalBytes: undefined,
    uplink: undefined,
  }
  const counts = { devices: 0, connections: 0, refused: 0, waiting: 0, dropped: 0 }
  const north = { ...unknown, ...counts, id: 'north', isCut: false, problems: [] }
  const substations = [north, { ...north, id: 'south' }]
  const drawn = tableText({ substations, centre: new Map() })
  const labels = (table: string): string[] =>
    table.split('\n').flatMap((line) => /^ {2}(\S+(?: \S+)*) {2,}\S/.exec(line)?.[1] ?? [])
  const [table] = fencesOf(README).filter(({ language }) => language === 'text')
  assert.deepEqual(labels(table?.text ?? ''), labels(drawn))
})

test('the Chinese pages have the same commands and tables', () => {
  for (const [page, chinese] of [
    [README, readPage('README.zh-CN.md')],
    [OPERATING, readPage('docs/operating.zh-CN.md')],
  ] as const) {
    assert.deepEqual(linesOf(chinese), linesOf(page))
    const firstCells = (text: string): string[] =>
      [...text.matchAll(/^\| (`[^|]+`) +\|/gm)].map(([, cell = '']) => cell)
    assert.deepEqual(firstCells(chinese), firstCells(page))
  }
})

test('settings, refusals, qualities and sentences of health are all explained', () => {
  const settings = tableOf(OPERATING, 'option').map(([option, preset]) => [option, preset])
  const options = Object.entries(edgeCommand.options).map(([name, option]) => [
    `--${name} ${option.value}`,
    option.default ?? '',
  ])
  assert.deepEqual(settings, options)
  const reasons = tableOf(OPERATING, 'reason').map(([reason]) => reason)
  assert.deepEqual(new Set(reasons), new Set(accountKinds.slice(2)))
  const qualities = tableOf(HTTP, 'word of a quality').flatMap(([names = '']) => names.split(', '))
  assert.deepEqual(new Set(qualities), new Set(Object.keys(quality)))
  assert.deepEqual(
    tableOf(OPERATING, 'outcome').map(([outcome]) => outcome),
    [...outcomes],
  )
  const view = readPage('src/edge/view.ts') + readPage('src/edge/uplink/status.ts')
  for (const page of [OPERATING, readPage('docs/operating.zh-CN.md')]) {
    const heading = /^## .*healthz.*$/m.exec(page)?.[0] ?? ''
    const sentences = [...sectionOf(page, heading).matchAll(/^- \*\*([\w ]+)\*\*/gm)]
    assert.equal(sentences.length, view.split('problems.push(').length - 1)
    for (const [, words = ''] of sentences) assert.ok(view.includes(words), words)
  }
})

test('what the pages tell a person to type does what they say', async (t) => {
  await withScratch('readme', async (folder) => {
    const data = join(folder, 'demo')
    let demo = new DemoUnderTest(MANIFEST.scripts['start'] ?? '', data)
    t.after(() => demo.abandon())
    let at = await demo.addresses()
    await storedOf('f1-rtu', at)
    await t.test('README', (step) => tryReadme(step, { ...at, data }))
    await t.test('docs/http.md', () => tryHttp(at))
    await t.test('docs/operating.md', () => tryOperating({ ...at, data }))
    const before = await storedOf(undefined, at)
    await t.test('Ctrl-C ends it in time', () => interrupt(demo))
    demo = new DemoUnderTest(MANIFEST.scripts['start'] ?? '', data)
    at = await demo.addresses()
    await t.test('the next start goes on with the same data', async () => {
      assert.ok((await storedOf('my-meter', at)) >= 2)
      assert.ok((await storedOf(undefined, at)) >= before)
    })
    await t.test('and ends in time, too', () => interrupt(demo))
  })
})

interface Place extends Addresses {
  readonly data: string
}

/** The line with the addresses and the folder of this run in the place of the usual ones. */
function here(line: string, { mqtt, http, data }: Place): string {
  const [host = '', port = ''] = mqtt.split(':')
  return line
    .replace('-h 127.0.0.1 -p 1883', `-h ${host} -p ${port}`)
    .replaceAll('127.0.0.1:1883', mqtt)
    .replaceAll('127.0.0.1:8080', http)
    .replaceAll('var/demo', data)
}

async function tryReadme(t: TestContext, place: Place): Promise<void> {
  const publish = here(lineOf(README, 'mosquitto_pub'), place)
  const hasClient = await isInstalled('mosquitto_pub')
  await t.test('mosquitto_pub', { skip: hasClient ? false : 'it is not installed' }, async () => {
    const { code, output, errors } = await runLine(publish)
    assert.deepEqual({ code, output, errors }, { code: 0, output: '', errors: '' })
  })
  if (!hasClient) await publishOurselves(publish, place)
  const hasCurl = await isInstalled('curl')
  await t.test('curl', { skip: hasCurl ? false : 'it is not installed' }, async () => {
    const { output } = await runLine(here(lineOf(README, 'curl'), place))
    const { readings } = JSON.parse(output) as { readings: Record<string, unknown>[] }
    const found = readings.map(({ device, quantity, value }) => ({ device, quantity, value }))
    assert.deepEqual(found, [
      { device: 'my-meter', quantity: 'voltage.a', value: 231.2 },
      { device: 'my-meter', quantity: 'current.a', value: 12.05 },
    ])
  })
  const query = await runLine(here(lineOf(README, 'npx busbar query'), place))
  assert.equal(query.code, 0, query.errors)
  const [head, row] = query.output.split('\n')
  assert.match(head ?? '', /^device +quantity +time +value +quality$/)
  assert.match(row ?? '', /^f1-rtu +power\.active +2\S+Z +\d+ +good$/)
  const done = await runLine(here(lineOf(README, 'npx busbar command'), place))
  assert.equal(done.code, 0, done.output + done.errors)
  assert.match(done.output, /^f1-rtu: done, after \d+ ms\n$/)
  const audit = await runLine(here(lineOf(README, 'npx busbar audit'), place))
  assert.match(audit.output, /^time[^\n]+\n\S+ +anonymous [^\n]+requested[^\n]*\n[^\n]+ done /)
  const check = await runLine(here(lineOf(README, 'npx busbar ledger check'), place))
  assert.equal(check.code, 0, check.errors)
  assert.match(check.output, /^100 devices, [\d,]+ readings acknowledged: all stored, none twice/)
}

/** What the line would have published. */
async function publishOurselves(line: string, { mqtt }: Addresses): Promise<void> {
  const [, topic = '', payload = ''] = /-t (\S+) -m '(.*)'$/.exec(line) ?? []
  const client = await connectAsync(`mqtt://${mqtt}`, { protocolVersion: 5 })
  await client.publishAsync(topic, payload, { qos: 1 })
  await client.endAsync()
}

async function tryHttp({ http }: Addresses): Promise<void> {
  const examples = httpExamplesOf(fencesOf(HTTP))
  assert.equal(examples.length, linesOf(HTTP).length, 'every line is an example')
  for (const example of examples) {
    await checkExample(example, http).catch((cause: unknown) => {
      throw new Error(example.line, { cause })
    })
  }
  const { hint } = (await (await fetch(`http://${http}/nothing-like-it`)).json()) as {
    hint: string
  }
  const addresses = tableOf(HTTP, 'address').map(([address]) => address)
  assert.deepEqual(new Set(hint.match(/\/[\w/]+/g)), new Set(addresses))
}

async function tryOperating(place: Place): Promise<void> {
  const exposition = await (await fetch(`http://${place.http}/metrics`)).text()
  const existing = new Set([...exposition.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  const metrics = sectionOf(OPERATING, '## Metrics')
  const explained = [...metrics.matchAll(/^\| `(busbar_\w+)`/gm)].map(([, name]) => name)
  assert.deepEqual(new Set(explained), existing)
  assert.equal(explained.length, existing.size, 'each once')
  for (const [name] of OPERATING.matchAll(/\bbusbar_[a-z0-9_]+/g))
    assert.ok(existing.has(name), name)

  for (const start of ['busbar command', 'sudo -u busbar busbar audit']) {
    for (const line of linesOf(OPERATING).filter((each) => each.startsWith(start))) {
      const words = here(line, place).replace('/var/lib/busbar', place.data)
      const program = words.replace(/^(?:sudo -u busbar )?busbar/, './bin/busbar')
      const { code, output, errors } = await runLine(`BUSBAR_PASSWORD=any ${program}`)
      assert.equal(code, 0, output + errors)
      assert.match(output, /f1-rtu/)
    }
  }

  const [, sql = ''] = /"(.+)"$/.exec(lineOf(OPERATING, 'sqlite3')) ?? []
  const database = new DatabaseSync(join(place.data, 'journal.db'), { readOnly: true })
  assert.ok(Array.isArray(database.prepare(sql).all()))
  database.close()

  await tryStoreCommands(place.data)

  const complaints = [...OPERATING.matchAll(/^ {4}(busbar: .+)$/gm)].map(([, line = '']) => line)
  assert.equal(complaints.length, 2)
  const { mqtt, data } = place
  const tries = [
    { mqtt, data: `${data}-other` },
    { mqtt: '127.0.0.1:0', data },
  ]
  for (const [index, each] of tries.entries()) {
    const { code, errors } = await runLine(
      `./bin/busbar edge --site examples/demo.yaml --data ${each.data} --mqtt ${each.mqtt} --http 127.0.0.1:0`,
    )
    assert.equal(code, 1)
    const usual = errors
      .replace(`busbar: ${mqtt}`, 'busbar: 127.0.0.1:1883')
      .replace(data, '/var/lib/busbar')
    assert.equal(usual, `${complaints[index]}\n`)
  }
}

/** Backup, doctor, restore and repair, in the order in which they stand there, with folders of this run. */
async function tryStoreCommands(data: string): Promise<void> {
  const restored = `${data}-restored`
  const lines = linesOf(OPERATING)
    .map((line) => line.replace(/^(sudo -u busbar )?busbar /, './bin/busbar '))
    .filter((line) => /^\.\/bin\/busbar (store|doctor) /.test(line))
  assert.equal(lines.length, 5)
  for (const line of lines) {
    const changes = / restore | --repair/.test(line)
    const here = line
      .replace('/var/lib/busbar', changes ? restored : data)
      .replace('/backup/busbar-$(date +%F)', `${data}-backup`)
    const { code, errors, output } = await runLine(here)
    assert.equal(code, 0, `${here}: ${errors}${output}`)
  }
}

/** Readings stored of a device, or of all, once there are some. */
async function storedOf(device: string | undefined, { http }: Addresses): Promise<number> {
  const query = device === undefined ? '' : `?device=${device}`
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
    const response = await fetch(`http://${http}/api/v1/ledger${query}`)
    const { totals } = (await response.json()) as { totals: { stored: number } }
    if (totals.stored > 0) return totals.stored
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing of ${device} is stored`)
}

async function interrupt(demo: DemoUnderTest): Promise<void> {
  const { code, ms } = await demo.interrupt()
  assert.equal(code, 0, demo.text)
  assert.ok(ms < 2000, `${Math.round(ms)} ms`)
  assert.match(demo.text, /Stopped\. The data stays in/)
}

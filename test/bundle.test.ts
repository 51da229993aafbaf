import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import { MadeBundle } from './bundle/made-bundle.ts'
import { Program } from './uplink/program.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
devices: [{ id: 'm{1..3}', kind: meter, nominal: { voltageV: 230 } }]
`

test('a bundle runs alone: it starts, keeps what it acknowledged through a kill, computes and shows', async () => {
  using bundle = new MadeBundle()
  const site = join(bundle.folder, 'site.yaml')
  const data = join(bundle.folder, 'data')
  writeFileSync(site, SITE)
  const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
  await using edge = await Program.start([
    bundle.main,
    'edge',
    '--site',
    site,
    '--data',
    data,
    ...ports,
  ])
  await publish(edge, 'm1', 20)
  await edge.kill()
  await edge.start()
  await publish(edge, 'm2', 10)
  const counted = bundle.run('query', '--data', data, '--from=-1d', '--format', 'csv')
  assert.equal(counted.trim().split('\n').length, 1 + 30)

  const { processors } = (await edge.get('/api/v1/processors')) as {
    readonly processors: readonly { readonly name: string; readonly state: string }[]
  }
  assert.ok(processors.length >= 7, JSON.stringify(processors))
  assert.deepEqual(
    await edge.get('/healthz').then((answer) => (answer as { status: string }).status),
    'ok',
  )
  assert.match(bundle.run('policy', 'verify', '--data', data), /\S/)
  const text = async (path: string): Promise<string> =>
    (await fetch(`http://${edge.addresses['http']}${path}`)).text()
  assert.match(await text('/'), /\/ui\/main\.ts/)
  assert.doesNotMatch(await text('/ui/main.ts'), /from ["'](?:preact|htm)/)
  assert.match(await text('/ui/packages/preact.js'), /\S/)
  // The rules decide about what is asked from outside, in a thread of their own.
  assert.match(await text('/api/v1/policy'), /\S/)
  assert.deepEqual(edge.errors, [])
})

test('a bundle has a centre with a database of its own, and with what that is made by', async () => {
  using bundle = new MadeBundle()
  const ports = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
  const data = join(bundle.folder, 'centre')
  await using centre = await Program.start([bundle.main, 'centre', '--data', data, ...ports])
  assert.deepEqual(await centre.get('/api/v1/devices?search=none'), { devices: [], next: null })
})

test('a bundle has no types, few files, and says what is inside', () => {
  using bundle = new MadeBundle()
  const code = globSync('lib/busbar/*.js', { cwd: bundle.program })
  const entries = ['main', 'writer-thread', 'sealer-thread', 'processor-thread', 'strip-thread']
  for (const name of [...entries, 'query-worker', 'desk-worker', 'report-worker', 'leash'])
    assert.ok(code.includes(`lib/busbar/${name}.js`), name)
  assert.ok(code.length < 250, `${code.length} files`)
  for (const file of code)
    assert.doesNotMatch(readFileSync(join(bundle.program, file), 'utf8'), /new URL\("[^"]*\.ts"/)
  assert.match(readFileSync(join(bundle.program, 'licences.txt'), 'utf8'), /^fastify \S+, MIT$/m)
  const sbom = JSON.parse(readFileSync(join(bundle.program, 'sbom.cdx.json'), 'utf8')) as {
    readonly components: readonly { readonly purl: string }[]
  }
  for (const name of ['preact', 'pg', 'mqtt'])
    assert.ok(
      sbom.components.some(({ purl }) => purl.startsWith(`pkg:npm/${name}@`)),
      name,
    )
  assert.match(bundle.run('--version'), /^busbar \d/)
  const started = execFileSync(join(bundle.program, 'bin/busbar'), ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` },
  })
  assert.match(started, /^busbar \d/)

  using again = new MadeBundle()
  const compared = execFileSync('diff', ['-r', bundle.program, again.program, '-x', 'cache'])
  assert.equal(compared.toString(), '')
})

test('the image starts the program as bin/busbar does', () => {
  const file = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')
  const found = (text: string, pattern: RegExp): string[] => {
    const all = [...text.matchAll(pattern)].map(([, name = '', value = '']) => `${name}=${value}`)
    return [...new Set(all)].toSorted()
  }
  const launcher = file('bin/busbar')
  const image = file('deploy/image/Containerfile')
  const settings = found(launcher, /export (MALLOC_\w+)="\$\{MALLOC_\w+:-(\d+)\}"/g)
  assert.ok(settings.length >= 2)
  assert.deepEqual(found(image, /(MALLOC_\w+)=(\d+)/g), settings)
  const young = [...launcher.matchAll(/\byoung=(\d+)/g)].map(([, value]) => value)
  const flag = /--max-semi-space-size=(\d+)/g
  const flags = [...image.matchAll(flag)].map(([, value]) => value)
  assert.deepEqual(flags, young, 'edge and centre')
  const proof = [...file('tools/prove-resources.ts').matchAll(flag)].map(([, value]) => value)
  assert.deepEqual(proof, young.slice(0, 1))
  assert.deepEqual(found(file('tools/prove-resources.ts'), /(MALLOC_\w+): '(\d+)'/g), settings)
})

async function publish(edge: Program, device: string, count: number): Promise<void> {
  const client = await connectAsync(`mqtt://${edge.addresses['mqtt']}`, { protocolVersion: 5 })
  for (let at = 0; at < count; at++) {
    const reading = { ts: Date.now() - 60_000 + at, values: { 'voltage.a': 230 + at } }
    await client.publishAsync(`grid/${device}/readings`, JSON.stringify(reading), { qos: 1 })
  }
  await client.endAsync()
}

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import { parseSite } from '../site/site.ts'
import { Egress } from './egress.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-egress-'))
after(() => rmSync(folder, { recursive: true }))
const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
const HEAD = 'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n'
const asked = {
  class: 'health',
  kind: '/healthz',
  windowSeconds: 0,
  members: 1,
  names: ['status'],
} as const

async function ask(egress: Egress): Promise<string | undefined> {
  const [cleared] = (await egress.border.passage('8.8.8.8', 'http')?.clear([asked])) ?? []
  return cleared?.kind
}

test('the shipped rules decide, and nothing is wrong', async () => {
  const said: string[] = []
  const settings = { site: parseSite(HEAD, 'S'), directory: folder, clock: () => Micros(1e15) }
  const egress = new Egress({ ...settings, warn: (text) => said.push(text) })
  assert.equal(await ask(egress), 'leaves')
  assert.deepEqual([egress.failure, said, egress.counters.left], ['', [], 1])
  await egress.stop()
})

test('rules that cannot be loaded are a failure until they are others, and decide', async () => {
  const text = `${HEAD}policy: { bundle: gone.tar.gz, trustedKeys: [${key.toString('base64')}] }\n`
  const said: string[] = []
  let now = 2e15
  const settings = { site: parseSite(text, join(folder, 'S')), directory: folder }
  const world = { clock: () => Micros(now), warn: (line: string) => said.push(line) }
  const egress = new Egress({ ...settings, ...world })
  assert.equal(await ask(egress), 'stays')
  assert.match(egress.failure, /nothing may leave.*gone\.tar\.gz: no such file/)
  assert.match(said.join('\n'), /^egress gate: nothing may leave/)
  assert.equal(
    await egress.renew({ kind: 'shipped', folder: join(import.meta.dirname, '../../../policy') }),
    '',
  )
  now += limits.policyRetryMs * 1000
  assert.equal(await ask(egress), 'leaves')
  assert.deepEqual([egress.failure, egress.gate.fault], ['', ''])
  await egress.stop()
})

test('a log that is not as it was left is said until the next start', async () => {
  const directory = mkdtempSync(join(folder, 'log-'))
  const settings = { site: parseSite(HEAD, 'S'), clock: () => Micros(3e15), warn: () => {} }
  const before = new Egress({ ...settings, directory })
  await ask(before)
  await before.stop()
  rmSync(join(directory, 'policy.db'))
  for (const rest of ['-wal', '-shm']) rmSync(join(directory, `policy.db${rest}`), { force: true })
  const egress = new Egress({ ...settings, directory })
  assert.equal(await ask(egress), 'leaves')
  assert.notEqual(egress.failure, '')
  assert.equal(await ask(egress), 'leaves')
  assert.notEqual(egress.failure, '')
  await egress.stop()
})

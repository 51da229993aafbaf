import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { SHIPPED_FOLDER, buildBundle } from '../src/cli/policy/opa.ts'
import { shippedManifest, shippedPolicy, unsignedPolicy } from '../src/policy/bundle/bundle.ts'
import type { SignedCertificate } from '../src/policy/log/certificate.ts'
import { openLogForReading, rowsOf } from '../src/policy/log/log-rows.ts'
import { PolicyReports } from '../src/policy/thread/policy-reports.ts'
import { withScratch } from './crash/scratch.ts'
import { askAll, wordsOf } from './policy/decided.ts'
import { OpaServer, missingOpa } from './policy/opa.ts'
import { busbar } from './store/command-line.ts'

const skip = missingOpa()
const shipped = { kind: 'shipped', folder: SHIPPED_FOLDER } as const
const EXPECTED = 'stays,stays,leaves,stays,leaves customer_id,leaves,leaves,leaves'.split(',')

describe('busbar policy', () => {
  test('verify: an untouched log is whole, a changed one names its row', () =>
    withScratch('policy', async (data) => {
      assert.deepEqual(wordsOf(await askAll(data, shipped)), EXPECTED)
      const whole = busbar('policy', 'verify', '--data', data)
      assert.equal(whole.status, 0, whole.stderr)
      assert.match(whole.stdout, /^18 rows, 1 to 18\nhead 18 [0-9a-f]{64}\n/)
      assert.match(whole.stdout, /The log is whole\.\n$/)
      tamper(data, 'UPDATE rows SET records = 9 WHERE number = 5')
      const bad = busbar('policy', 'verify', '--data', data, '--json')
      assert.equal(bad.status, 1)
      const { whole: isWhole, firstBad } = JSON.parse(bad.stdout) as Record<string, unknown>
      assert.deepEqual({ isWhole, firstBad }, { isWhole: false, firstBad: 5 })
    }))

  test('the log has no value that it guards', () =>
    withScratch('policy', async (data) => {
      await askAll(data, shipped)
      for (const name of readdirSync(data)) {
        const bytes = readFileSync(join(data, name))
        assert.ok(!bytes.includes('231.21875'), name)
        const number = Buffer.alloc(8)
        number.writeDoubleBE(231.21875)
        assert.ok(!bytes.includes(number) && !bytes.includes(number.reverse()), name)
      }
    }))

  test('certificate: what left in the month; verify holds a later log against it', () =>
    withScratch('policy', async (folder) => {
      const data = join(folder, 'data')
      mkdirSync(data)
      await askAll(data, shipped)
      const month = ['certificate', '--data', data, '--month', '2026-11'] as const
      const text = busbar('policy', ...month)
      assert.equal(text.status, 0, text.stderr)
      assert.match(text.stdout, /ss-1 +centre +uplink +event +2 +customer_id/)
      assert.match(text.stdout, /ss-1 +centre +uplink +raw +2/)
      const path = join(folder, 'certificate.json')
      writeFileSync(path, busbar('policy', ...month, '--json').stdout)
      const key = join(folder, 'key.pem')
      const { certificate } = JSON.parse(readFileSync(path, 'utf8')) as {
        certificate: { publicKey: string }
      }
      writeFileSync(key, certificate.publicKey)
      const verify = ['verify', '--data', data, '--key', key, '--certificate', path] as const
      assert.equal(busbar('policy', ...verify).status, 0)
      // The log begins anew, as if it had never been longer.
      copyFileSync(join(data, 'policy-key.pem'), join(folder, 'policy-key.pem'))
      await askAll(folder, shipped)
      tamper(folder, 'DELETE FROM rows WHERE number > 1')
      const other = ['verify', '--data', folder, '--key', key, '--certificate', path] as const
      assert.equal(busbar('policy', ...other).status, 1)
    }))

  test('test and explain: examples of the shipped policy, and why', () =>
    withScratch('policy', async (data) => {
      const tried = busbar('policy', 'test')
      assert.equal(tried.status, 0, tried.stdout)
      assert.match(tried.stdout, /^(\d+) of \1 examples are decided as expected\.\n$/)
      const examples = join(data, 'examples.json')
      writeFileSync(examples, '{"examples": [{"name": "raw leaves", "input": {}, "allow": true}]}')
      const wrong = busbar('policy', 'test', '--examples', examples)
      assert.equal(wrong.status, 1)
      assert.match(wrong.stdout, /raw leaves: it stays \(no rule permits it\)/)
      await askAll(data, shipped)
      const why = busbar('policy', 'explain', '5', '--data', data)
      assert.equal(
        why.stdout.split('\n')[0],
        'It stays: an aggregate of fewer than five members is raw',
      )
      const record = '{"class":"event","fields":["owner"],"subject":{"kind":"device","id":"m"}}'
      const event = busbar('policy', 'explain', record)
      assert.match(event.stdout, /^It leaves: .*\n {2}taken away: owner\n {2}permits: events leave/)
      assert.equal(busbar('policy', 'explain', '99', '--data', data).status, 1)
      assert.equal(busbar('policy', 'explain').status, 2)
      assert.equal(busbar('policy', 'nothing').status, 2)
    }))

  test('the reports of a running edge are those of the command', () =>
    withScratch('policy', async (data) => {
      const reports = new PolicyReports({ directory: data, policy: shipped })
      await assert.rejects(reports.make({ kind: 'verify' }), /no such file/)
      await askAll(data, shipped)
      const verified = await reports.make({ kind: 'verify' })
      assert.deepEqual(
        JSON.parse(JSON.stringify(verified)),
        JSON.parse(busbar('policy', 'verify', '--data', data, '--json').stdout),
      )
      const { decisions } = (await reports.make({ kind: 'decisions', limit: 3 })) as {
        decisions: readonly Record<string, unknown>[]
      }
      assert.deepEqual(
        decisions.map(({ number, records, allow, reason }) => [number, records, allow, reason]),
        [
          [18, 0, false, 'the log was closed'],
          [17, 1, true, 'the centre may know what it owns'],
          [16, 1, true, 'health leaves without customer identifiers'],
        ],
      )
      const why = await reports.make({ kind: 'explain-row', row: 2 })
      assert.equal((why as { decision: { allow: boolean } }).decision.allow, false)
      const record = reports.make({ kind: 'explain-record', record: '{"class":"health"}' })
      const third = [record, reports.make({ kind: 'verify' }), reports.make({ kind: 'verify' })]
      const outcomes = await Promise.allSettled(third)
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'fulfilled', 'rejected'],
      )
      const month = '2026-11'
      const signed = (await reports.make({ kind: 'certificate', month })) as SignedCertificate
      assert.equal(signed.certificate.left.length, 5)
      await reports.close()
    }))
})

test('kill -9: what left is in the log, which is whole', () =>
  withScratch('policy', async (data) => {
    const asker = join(import.meta.dirname, 'policy/asker.ts')
    for (const patienceMs of [700, 1500]) {
      const { stdout } = spawnSync(process.execPath, [asker, data, `${patienceMs}000`], {
        encoding: 'utf8',
        timeout: patienceMs + 1500,
        killSignal: 'SIGKILL',
      })
      const left = stdout.split('\n').filter((line) => line.endsWith('.'))
      const { status, stdout: report } = busbar('policy', 'verify', '--data', data)
      assert.equal(status, 0, report)
      const db = openLogForReading(data)
      const logged = new Set(
        [...rowsOf(db)].map(({ question }) => /"id":"(f\d+)"/.exec(question)?.[1]),
      )
      db.close()
      assert.ok(left.length > 0, 'it had time to ask')
      for (const line of left) assert.ok(logged.has(line.slice(0, -1)), line)
    }
  }))

test('what the bench shows is within reach, also on a machine that does other things', () =>
  withScratch('policy', async (directory) => {
    const bench = join(import.meta.dirname, '../bench/policy.ts')
    const { stdout, stderr, status } = spawnSync(process.execPath, [bench, '5000'], {
      encoding: 'utf8',
      cwd: directory,
    })
    assert.equal(status, 0, stderr)
    const rates = [...stdout.matchAll(/^remembered, .*: (\d+) decisions\/s of/gm)]
    const best = Math.max(...rates.map(([, rate]) => Number(rate)))
    assert.ok(best >= 100_000, stdout)
    const [, median] = /^evaluated, .* P50 (\d+) us/m.exec(stdout) ?? []
    assert.ok(Number(median) < 1000, stdout)
    const [, before, after] = /(\d+) bytes before, (\d+) after/.exec(stdout) ?? []
    assert.equal(before, after)
  }))

describe('with a real OPA', { skip }, () => {
  test('opa test policy', () => {
    const { status, stdout } = spawnSync('opa', ['test', SHIPPED_FOLDER], { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })

  test('the compiled policy is what opa makes of the rules, byte by byte where it is the same opa', () =>
    withScratch('policy', async (folder) => {
      const out = join(folder, 'bundle.tar.gz')
      buildBundle({ folder: SHIPPED_FOLDER, sources: ['.'], out })
      const version = spawnSync('opa', ['version'], { encoding: 'utf8' }).stdout
      if (version.includes(`Version: ${shippedManifest(SHIPPED_FOLDER).opa}\n`)) {
        assert.deepEqual(unsignedPolicy(out).wasm, shippedPolicy(SHIPPED_FOLDER).wasm)
      }
      assert.equal(busbar('policy', 'test', '--policy', out).status, 0)
    }))

  test('a server decides as the compiled policy does, and nothing leaves once it is gone', () =>
    withScratch('policy', async (folder) => {
      const server = await OpaServer.start(SHIPPED_FOLDER)
      const policy = { kind: 'server', url: server.url } as const
      try {
        assert.deepEqual(wordsOf(await askAll(folder, policy)), EXPECTED)
        assert.equal(busbar('policy', 'test', '--opa', server.url).status, 0)
      } finally {
        await server.stop()
      }
      const gone = await askAll(folder, policy)
      assert.ok(gone.every(({ kind }) => kind === 'undecided'))
    }))

  test('replay: what other rules would have decided', () =>
    withScratch('policy', async (data) => {
      await askAll(data, shipped)
      const same = busbar('policy', 'replay', '--data', data, '--with', SHIPPED_FOLDER)
      assert.equal(same.stdout, '0 of 16 records would be decided differently.\n', same.stderr)
      const rule = join(data, 'new.rego')
      writeFileSync(rule, NO_EVENTS)
      const stricter = busbar('policy', 'replay', '--data', data, '--with', rule)
      assert.equal(
        stricter.stdout,
        '2 x event dip to centre by uplink for centre: left without customer_id, would stay (not this week)\n2 of 16 records would be decided differently.\n',
      )
      writeFileSync(rule, 'package energy.smartgrid\nnonsense')
      const faulty = busbar('policy', 'replay', '--data', data, '--with', rule)
      assert.equal(faulty.status, 1)
      assert.match(faulty.stderr, /rego_parse_error/)
    }))

  test('a rule that needs what only OPA has is refused when it is loaded, by name', () =>
    withScratch('policy', async (folder) => {
      const rule = join(folder, 'new.rego')
      writeFileSync(rule, `${RULE} sprintf("%s", [input.site]) == "ss-1"\n`)
      const tried = busbar('policy', 'test', '--policy', rule)
      assert.equal(tried.status, 1)
      assert.match(tried.stderr, /compiled policies do not have: sprintf/)
    }))

  test('a site signs rules of its own with openssl, and the gate takes them', () =>
    withScratch('policy', async (folder) => {
      const rule = join(folder, 'new.rego')
      const path = join(folder, 'bundle.tar.gz')
      writeFileSync(rule, NO_EVENTS)
      buildBundle({ folder, sources: [SHIPPED_FOLDER, rule], out: path })
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const pem = join(folder, 'key.pem')
      writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      const words = ['pkeyutl', '-sign', '-rawin', '-inkey', pem, '-in', path, '-out']
      assert.equal(spawnSync('openssl', [...words, `${path}.sig`]).status, 0)
      const keys = [publicKey.export({ type: 'spki', format: 'pem' }).toString()]
      const verdicts = wordsOf(await askAll(folder, { kind: 'site', path, keys }))
      assert.deepEqual(verdicts, EXPECTED.with(4, 'stays'))
    }))
})

const RULE = `package energy.smartgrid

import rego.v1

denies contains "not this week" if`

const NO_EVENTS = `${RULE} input.record.class == "event"\n`

function tamper(data: string, sql: string): void {
  const db = new DatabaseSync(join(data, 'policy.db'))
  db.exec(sql)
  db.close()
}

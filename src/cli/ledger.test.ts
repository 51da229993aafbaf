import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DeviceAccount, writeLedger } from '../simulator/ledger.ts'
import { Model, payloadOf } from '../simulator/model.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const START = Date.UTC(2026, 0, 1)
const folder = mkdtempSync(join(tmpdir(), 'busbar-check-'))
const file = join(folder, 'ledger.json')
after(() => rmSync(folder, { recursive: true }))

const values = new Model(1, 1).valuesAt(0, START)
const readings = Object.keys(values).length
const rows = Object.entries(values).map(
  ([quantity, value]) => `t1-monitor,${quantity},2026-01-01T00:00:00.000Z,${value},good`,
)
const account = new DeviceAccount()
account.acknowledge(0, { timeMs: START, payload: payloadOf(START, values), readings })
writeLedger(file, {
  version: 1,
  seed: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  intervalMs: 1000,
  complete: true,
  devices: { 't1-monitor': account.entry },
})

interface Outcome {
  readonly code: number
  readonly output: string
  readonly complaint: string
}

function check(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const all = [MAIN, 'ledger', 'check', ...words]
    const child = execFile(process.execPath, all, (_error, output, complaint) => {
      resolve({ code: child.exitCode ?? -1, output, complaint })
    })
  })
}

/** Runs the check against an edge that answers these rows. */
async function checkAgainst(stored: readonly string[], ...words: string[]): Promise<Outcome> {
  const devices = [{ device: 't1-monitor', ...LINE, received: readings, stored: readings }]
  return checkAmong({ devices, query: SPAN }, stored, ...words)
}

interface Edge {
  readonly devices: readonly object[]
  /** The only one that it answers. */
  readonly query: string
}

async function checkAmong(
  { devices, query }: Edge,
  stored: readonly string[],
  ...words: string[]
): Promise<Outcome> {
  const server = createServer((request, response) => {
    const asksLedger = request.url === '/api/v1/ledger'
    if (asksLedger) response.end(JSON.stringify({ devices }))
    else if (request.url === `/api/v1/readings?${query}`) {
      response.end(['device,quantity,time,value,quality', ...stored, ''].join('\n'))
    } else response.writeHead(404).end(request.url)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const outcome = await check('--ledger', file, '--url', `http://127.0.0.1:${port}/`, ...words)
  server.closeAllConnections()
  server.close()
  return outcome
}

const LINE = { duplicates: 0, refused: {}, inFlight: 0 }
const SPAN = 'from=2026-01-01T00%3A00%3A00.000Z&to=2026-01-01T00%3A00%3A00.001Z'

test('all stored: one line, exit code 0', async () => {
  const { code, output, complaint } = await checkAgainst(rows)
  assert.equal(complaint, '')
  assert.equal(output, `1 device, ${readings} readings acknowledged: all stored, none twice\n`)
  assert.equal(code, 0)
})

test('among many readings of others, its own devices are asked for one by one', async () => {
  const own = { device: 't1-monitor', ...LINE, received: readings, stored: readings }
  const devices = [own, { device: 'flood', ...LINE, received: 1e6, stored: 1e6 }]
  const { code, complaint } = await checkAmong(
    { devices, query: `${SPAN}&device=t1-monitor` },
    rows,
  )
  assert.equal(complaint, '')
  assert.equal(code, 0)
})

test('something lost: named, exit code 1, to a machine as well', async () => {
  const { code, output } = await checkAgainst(rows.slice(1))
  assert.match(
    output,
    /\nt1-monitor +\d+ +1 +0 +0  temperature\.oil at 2026-01-01T00:00:00\.000Z is not stored\n/,
  )
  assert.equal(code, 1)
  const machine = await checkAgainst(rows.slice(1), '--json')
  const { differing } = JSON.parse(machine.output) as { differing: { missing: number }[] }
  assert.equal(differing[0]?.missing, 1)
  assert.equal(machine.code, 1)
})

test('no edge, no ledger, no such thing: a clear line', async () => {
  const away = await check('--ledger', file, '--url', 'http://127.0.0.1:1')
  assert.equal(away.code, 1)
  assert.match(
    away.complaint,
    /^busbar: http:\/\/127\.0\.0\.1:1 cannot be reached: .*\. Is the edge running/,
  )
  const lost = await check('--ledger', join(folder, 'other.json'))
  assert.match(lost.complaint, /^busbar: cannot read the ledger .*\. busbar simulate --ledger FILE/)
  assert.equal((await check()).code, 2)
})

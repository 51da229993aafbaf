import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { GridError, errorText } from '../core/errors.ts'
import { Micros, formatTime, parseTime } from '../core/time.ts'
import {
  DeviceCheck,
  type EdgeAccount,
  type Finding,
  type StoredRow,
  type Subject,
} from '../simulator/check.ts'
import { type Ledger, planOf, readLedger } from '../simulator/ledger.ts'
import { Model } from '../simulator/model.ts'
import { sampleTimeMs } from '../simulator/plan.ts'
import { verdictOf, verdictText } from '../simulator/verdict.ts'
import type { Command } from './command.ts'
import { askEdge } from './query/edge-request.ts'

const COLUMNS = 'device,quantity,time,value,quality'

export const command: Command = {
  name: 'ledger',
  summary: 'Compare what devices saw acknowledged with what the edge has, to the unit.',
  positionals: 'check',
  options: {
    ledger: { value: 'FILE', help: 'written by busbar simulate --ledger' },
    url: { value: 'URL', help: 'HTTP address of the edge', default: 'http://127.0.0.1:8080' },
    json: { help: 'the findings of every device as JSON' },
  },
  example: 'busbar ledger check --ledger simulator.json --url http://127.0.0.1:8080',
  async run(args) {
    if (args.positionals.length !== 1 || args.positionals[0] !== 'check') {
      throw new GridError('usage', 'busbar ledger knows one thing to do: check', {
        hint: command.example,
      })
    }
    const ledger = readLedger(args.required('ledger'))
    const findings = await checkAll(ledger, args.required('url').replace(/\/+$/, ''))
    const verdict = verdictOf(findings)
    const report = args.flag('json')
      ? `${JSON.stringify({ ...verdict, complete: ledger.complete, findings })}\n`
      : verdictText(verdict)
    process.stdout.write(report)
    return verdict.differing.length === 0 ? 0 : 1
  },
}

/** A check needs no more than the instant at hand: rows come in order of time. */
async function checkAll(ledger: Ledger, url: string): Promise<Finding[]> {
  const subjects = subjectsOf(ledger)
  const checks = new Map(subjects.map((subject) => [subject.device, new DeviceCheck(subject)]))
  const accounts = await edgeAccounts(url)
  const span = spanOf(subjects)
  if (span !== undefined) {
    const range = { from: timeText(span.firstMs), to: timeText(span.lastMs + 1) }
    for (const asked of questions([...checks.keys()], accounts)) {
      const query = new URLSearchParams({ ...range, ...asked })
      for await (const row of storedRows(`${url}/api/v1/readings?${query.toString()}`)) {
        checks.get(row.device)?.add(row)
      }
    }
  }
  return [...checks].map(([device, check]) => check.finish(accounts.get(device)))
}

/** One for all, so that the edge reads its journal once; one for each where most of what it has is of others. */
function questions(
  devices: readonly string[],
  accounts: ReadonlyMap<string, EdgeAccount>,
): readonly Readonly<Record<string, string>>[] {
  const all = accounts.values().reduce((sum, { stored }) => sum + stored, 0)
  const own = devices.reduce((sum, device) => sum + (accounts.get(device)?.stored ?? 0), 0)
  return own * 2 >= all ? [{}] : devices.map((device) => ({ device }))
}

function subjectsOf(ledger: Ledger): Subject[] {
  const plan = planOf(ledger)
  const model = new Model(ledger.seed, plan.deviceCount, { isStormy: ledger.isStormy === true })
  return Object.entries(ledger.devices).map(([device, entry], index) => {
    if (model.devices[index]?.id !== device) {
      throw new GridError('input', `${device} is not device ${index + 1} of the simulator`)
    }
    return { model, plan, index, device, entry }
  })
}

/** From the first to the last acknowledged sample; undefined: there is none. */
function spanOf(
  subjects: readonly Subject[],
): { readonly firstMs: number; readonly lastMs: number } | undefined {
  let firstMs = Infinity
  let lastMs = -Infinity
  for (const { plan, index, entry } of subjects) {
    const first = entry.samples[0]?.[0]
    const last = entry.samples.at(-1)?.[1]
    if (first === undefined || last === undefined) continue
    firstMs = Math.min(firstMs, sampleTimeMs(plan, index, first))
    lastMs = Math.max(lastMs, sampleTimeMs(plan, index, last))
  }
  return lastMs < firstMs ? undefined : { firstMs, lastMs }
}

async function edgeAccounts(url: string): Promise<Map<string, EdgeAccount>> {
  const response = await askEdge(`${url}/api/v1/ledger`, { accept: 'application/json' })
  const { devices } = (await response.json()) as { devices: readonly EdgeAccount[] }
  return new Map(devices.map((account) => [account.device, account]))
}

interface DeviceRow extends StoredRow {
  readonly device: string
}

/** The readings as CSV, line by line: there may be more of them than fit into memory. */
async function* storedRows(url: string): AsyncGenerator<DeviceRow> {
  const { body } = await askEdge(url, { accept: 'text/csv' })
  if (body === null) return
  const input = Readable.fromWeb(body as ReadableStream<Uint8Array>)
  let head = true
  try {
    for await (const line of createInterface({ input })) {
      if (!head) yield storedRow(line)
      else if (line !== COLUMNS)
        throw new GridError('input', `not ${COLUMNS}: ${line.slice(0, 80)}`)
      head = false
    }
  } catch (cause) {
    throw new GridError('unreachable', `${url} broke off: ${errorText(cause)}`, { cause })
  }
}

/** Names of quantities that the simulator knows need no quotes; a quality may have some, but comes last. */
function storedRow(line: string): DeviceRow {
  const [device = '', quantity = '', time = '', value = ''] = line.split(',')
  return { device, quantity, timeMs: (parseTime(time) ?? NaN) / 1000, value: Number(value) }
}

function timeText(ms: number): string {
  return formatTime(Micros(ms * 1000))
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '../src/core/assert.ts'
import { Micros } from '../src/core/time.ts'
import { shippedPolicy } from '../src/policy/bundle/bundle.ts'
import { WasmPolicy } from '../src/policy/evaluate/wasm-policy.ts'
import { Questions } from '../src/policy/question.ts'
import { ExportRecord } from '../src/policy/record.ts'
import { openGate } from '../src/policy/thread/open-gate.ts'

/**
 * What the egress gate costs. `node bench/policy.ts [evaluations]`: decisions that are remembered, records made anew each time; one evaluation
 * of the compiled policy, and its memory; a question through the thread, with its row of the log on the disk.
 */
const EVALUATIONS = Number(process.argv[2] ?? 100_000)
const BATCH = 1000
const FEEDERS = 50
const folder = join(import.meta.dirname, '../policy')
const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const

function aggregate(feeder: number, value: number): ExportRecord {
  return ExportRecord.aggregate({
    kind: 'power.active/900',
    subject: { kind: 'feeder', id: `f${feeder}` },
    windowSeconds: 900,
    members: 12,
    fields: { mean: value, max: value + 1, min: value - 1, count: 900, owner: 'x' },
  })
}

function report(name: string, times: number[]): void {
  times.sort((a, b) => a - b)
  const at = (share: number): string =>
    ((times[Math.floor((times.length - 1) * share)] as number) * 1000).toFixed(0)
  process.stdout.write(`${name}: P50 ${at(0.5)} us, P99 ${at(0.99)} us, P99.9 ${at(0.999)} us\n`)
}

async function remembered(gate: ReturnType<typeof openGate>['gate']): Promise<void> {
  for (const round of [1, 2, 3]) {
    const batches = 500
    const began = process.cpuUsage()
    for (let batch = 0; batch < batches; batch++) {
      const records = Array.from({ length: BATCH }, (_, at) => aggregate(at % FEEDERS, batch))
      const verdicts = await gate.ask(road, records)
      assert(verdicts[0]?.kind === 'leaves', 'aggregates leave')
    }
    const { user, system } = process.cpuUsage(began)
    const rate = ((batches * BATCH) / (user + system)) * 1e6
    process.stdout.write(
      `remembered, round ${round}: ${Math.round(rate)} decisions/s of processor time\n`,
    )
  }
}

async function anew(gate: ReturnType<typeof openGate>['gate']): Promise<void> {
  const times: number[] = []
  for (let at = 0; at < Math.min(2000, EVALUATIONS / 50); at++) {
    const began = performance.now()
    await gate.ask(road, [aggregate(FEEDERS + at, at)])
    times.push(performance.now() - began)
  }
  report('asked anew, evaluated and on the disk', times)
}

function evaluated(): void {
  const policy = new WasmPolicy(shippedPolicy(folder))
  const questions = new Questions('ss-1', road)
  const times: number[] = []
  const before = policy.memoryBytes
  const used = process.memoryUsage().rss
  for (let at = 0; at < EVALUATIONS; at++) {
    const question = questions.about(aggregate(at, at))
    const began = performance.now()
    const answer = policy.evaluate(question)
    const took = performance.now() - began
    if (times.length < 1_000_000) times.push(took)
    assert(answer.kind === 'decided', 'it decides')
  }
  report(`evaluated, ${EVALUATIONS} of them`, times)
  const grown = (process.memoryUsage().rss - used) / 1e6
  process.stdout.write(
    `memory of the policy: ${before} bytes before, ${policy.memoryBytes} after; the process ${grown.toFixed(0)} MB more, ${(times.length * 8) / 1e6} of them for this list\n`,
  )
}

const directory = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
const { gate, close } = openGate(
  { site: 'ss-1', policy: { kind: 'shipped', folder }, log: { directory } },
  {
    clock: () => Micros(Date.now() * 1000),
    onAlarm: (text) => process.stderr.write(`${text}\n`),
  },
)
try {
  await remembered(gate)
  await anew(gate)
  evaluated()
} finally {
  await close()
  rmSync(directory, { recursive: true })
}

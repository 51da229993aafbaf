import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '../../../core/limits.ts'
import { Micros } from '../../../core/time.ts'
import { Egress } from '../../../edge/egress/egress.ts'
import { parseSite } from '../../../edge/site/site.ts'
import { Packer } from '../../../edge/uplink/packer.ts'
import { PolicyGate } from '../../../edge/uplink/policy-gate.ts'
import { OutboxReader } from '../../../store/outbox/outbox-reader.ts'
import type { StoredResult } from '../../../store/results/result.ts'
import { ResultsWriter } from '../../../store/results/results-writer.ts'

export interface PackingResult {
  readonly records: number
  /** Of the thread that packs, in a second of its processor. */
  readonly recordsPerSecond: number
  readonly bytesPerRecord: number
}

/** From the rows of an outbox to compressed envelopes, the policy that ships asked for each record. `of`: of whom they are; names of devices are replaced. */
export async function measurePacking(
  records: number,
  of: 'feeder' | 'device',
): Promise<PackingResult> {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  try {
    fill(directory, records, of)
    const site = parseSite(SITE, 'bench')
    const clock = (): Micros => Micros(Date.now() * 1000)
    const egress = new Egress({ site, directory, clock, warn: () => {} })
    using outbox = new OutboxReader(directory)
    const packer = new Packer('bench', outbox, new PolicyGate(site, egress.gate))
    await pack(packer, outbox, WARM_UP) // The policy starts meanwhile.
    const began = process.cpuUsage()
    const bytes = await pack(packer, outbox, records)
    const { user, system } = process.cpuUsage(began)
    await egress.stop()
    const recordsPerSecond = Math.round((records / (user + system)) * 1e6)
    return { records, recordsPerSecond, bytesPerRecord: bytes / records }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function pack(packer: Packer, outbox: OutboxReader, upTo: number): Promise<number> {
  const stream = outbox.streams().find(({ stream: name }) => name === 'events')
  let bytes = 0
  for (let first = 1; stream !== undefined && first <= upTo;) {
    const load = { ...LOAD, first, last: upTo }
    const packed = await packer.pack(stream, load)
    if (packed === undefined) continue
    bytes += packed.bytes.length
    first = packed.last + 1
  }
  return bytes
}

function fill(directory: string, records: number, of: 'feeder' | 'device'): void {
  using writer = new ResultsWriter({ directory, of: 'built-in', areSent: true })
  const subjects = Array.from({ length: SUBJECTS }, (_, number) => {
    return { number, kind: of, id: `f1-${of}-${number}` }
  })
  writer.commit({ subjects, ticks: [], processors: [], found: [] })
  for (let at = 0; at < records; at += SUBJECTS) {
    const results = subjects.map(({ number: subject }): StoredResult => {
      const time = START_US + at + subject
      const about = { kind: 'event', name: 'voltage.interruption', subject, key: 1, time } as const
      const rest = { end: 0, quality: 0, revision: 0, severity: 3, fields: { members: 40 } }
      return { ...about, ...rest, value: at / records, state: 'start' }
    })
    const found = [{ processor: 'outage', results }]
    writer.commit({ subjects: [], ticks: [], processors: [], found })
  }
}

const SITE = `site: { id: bench, name: Bench, frequencyHz: 50, limits: gbt }
uplink: { url: 'mqtt://127.0.0.1' }
`
const START_US = Date.UTC(2026, 0, 1) * 1000
/** Rows of one commit. */
const SUBJECTS = 1000
const WARM_UP = 20_000
const LOAD = { stream: 'events', lane: 'backfill', most: limits.envelopeRecords } as const

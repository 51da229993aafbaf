import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allocateAccounts } from '../../../core/accounts.ts'
import { formatAddress } from '../../../core/address.ts'
import { allocateSlots } from '../../../core/batch.ts'
import { GridError } from '../../../core/errors.ts'
import { BatchWriter } from '../../../store/batch-writer.ts'
import { allocateGauges, gauge } from '../../../store/gauges.ts'
import { allocateLatest } from '../../../store/latest.ts'
import { Sealer } from '../../../store/history/sealer.ts'
import { EdgeProcess } from '../edge-process.ts'
import { type Stored, countStored } from './day-count.ts'
import type { DaySettings } from './day-data.ts'
import type { LoadOrder, LoadReport, Sent } from './day-load.ts'
import { ProgressBar } from './progress-bar.ts'

export interface DayResult {
  readonly devices: number
  readonly messages: number
  readonly readings: number
  /** From the first message until the last acknowledgement. */
  readonly ingestSeconds: number
  /** Until all was in history, and the journal small. */
  readonly seconds: number
  /** Readings that were left for after the edge, in its last minutes. */
  readonly sealedAfterwards: number
  readonly diskBytes: number
  readonly edgeCpuSeconds: number
  readonly edgePeakMb: number
  readonly generatorCpuSeconds: number
}

/** A country's day through one edge: sent, acknowledged, sealed, and every reading looked for in the end. */
export async function runDay(settings: DaySettings): Promise<DayResult> {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-day-'))
  const generator = fork(fileURLToPath(new URL('./day-load.ts', import.meta.url)))
  try {
    tell(generator, { kind: 'prepare', settings, nowMs: Date.now() })
    const prepared = await reportOf(generator, 'prepared')
    const { readings } = prepared
    const edge = await EdgeProcess.start({ directory })
    const startedMs = performance.now()
    let load: Load
    try {
      load = await runLoad(generator, edge, prepared)
      await assertLedger(edge, readings)
    } finally {
      await edge.stop()
    }
    const sealedAfterwards = sealRest(directory)
    const seconds = (performance.now() - startedMs) / 1000
    assertAllThere(readings, countStored(directory, settings.devices, load.sent.expected))
    return {
      devices: settings.devices,
      messages: load.sent.messages,
      readings,
      ingestSeconds: load.seconds,
      seconds,
      sealedAfterwards,
      diskBytes: folderBytes(directory),
      edgeCpuSeconds: load.edgeCpuSeconds,
      edgePeakMb: load.edgePeakMb,
      generatorCpuSeconds: load.sent.cpuSeconds,
    }
  } finally {
    generator.kill()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Load {
  readonly sent: Sent
  readonly seconds: number
  readonly edgeCpuSeconds: number
  readonly edgePeakMb: number
}

async function runLoad(
  generator: ChildProcess,
  edge: EdgeProcess,
  { readings, messages }: { readonly readings: number; readonly messages: number },
): Promise<Load> {
  const startedMs = performance.now()
  const bar = new ProgressBar(readings, startedMs)
  const cpuBefore = edge.cpuSeconds()
  generator.on('message', (report: LoadReport) => {
    if (report.kind === 'progress')
      bar.show((report.messages / messages) * readings, performance.now())
  })
  tell(generator, { kind: 'go', address: edge.mqtt })
  const { sent } = await reportOf(generator, 'done')
  bar.clear()
  if (sent.refused > 0 || sent.acknowledged !== messages) {
    const text = `${messages} messages were sent, ${sent.acknowledged} acknowledged, ${sent.refused} refused`
    throw new GridError('differs', text)
  }
  return {
    sent,
    seconds: (performance.now() - startedMs) / 1000,
    edgeCpuSeconds: edge.cpuSeconds() - cpuBefore,
    edgePeakMb: edge.residentMb('peak'),
  }
}

async function assertLedger(edge: EdgeProcess, readings: number): Promise<void> {
  const response = await fetch(`http://${formatAddress(edge.http)}/api/v1/ledger`)
  const { totals } = (await response.json()) as { totals: { stored: number } }
  if (totals.stored === readings) return
  const text = `${readings} readings were acknowledged, ${totals.stored} are in the ledger`
  throw new GridError('differs', text)
}

/** An edge seals what is left within the hour; here it is done at once. Returns how many readings that were. */
function sealRest(directory: string): number {
  const gauges = allocateGauges()
  let readings = 0
  {
    using sealer = new Sealer(directory)
    for (let sealed = sealer.seal(); sealed !== undefined; sealed = sealer.seal()) {
      readings += sealed.readings
    }
    gauges[gauge.sealedJournal] = sealer.sealed
  }
  const accounts = allocateAccounts()
  const memory = { slots: allocateSlots(), latest: allocateLatest() }
  new BatchWriter({ directory, ...memory, accounts, gauges }).close()
  return readings
}

function assertAllThere(readings: number, { sealed, unsealed }: Stored): void {
  if (sealed === readings && unsealed === 0) return
  const text = `${readings} readings were acknowledged, ${sealed} are in history and ${unsealed} in the journal`
  throw new GridError('differs', text)
}

function folderBytes(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}

function tell(generator: ChildProcess, order: LoadOrder): void {
  generator.send(order)
}

async function reportOf<Kind extends LoadReport['kind']>(
  generator: ChildProcess,
  kind: Kind,
): Promise<Extract<LoadReport, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const listen = (report: LoadReport): void => {
      if (!isOf(report, kind)) return
      generator.off('message', listen)
      generator.off('exit', fail)
      resolve(report)
    }
    const fail = (): void => reject(new GridError('unreachable', 'the load generator ended early'))
    generator.on('message', listen)
    generator.once('exit', fail)
  })
}

function isOf<Kind extends LoadReport['kind']>(
  report: LoadReport,
  kind: Kind,
): report is Extract<LoadReport, { kind: Kind }> {
  return report.kind === kind
}

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../core/assert.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import { checkModule } from '../../kernel/module-check.ts'
import { openPackage } from '../../kernel/package.ts'
import { Rehearsal } from '../../kernel/rehearsal.ts'
import { StoreReader } from '../../store/reader/store-reader.ts'
import { requireTrust } from './own-packages.ts'
import type { RehearsalOrder, RehearsalReport } from './package-check.ts'

/** A thread for one package that somebody wants to deploy: whose it is, whether it may run, and whether it comes through readings of the past. */
function report(order: RehearsalOrder): RehearsalReport {
  const { text, trust, settings: own, site } = order
  try {
    const found = openPackage(text, 'the package')
    requireTrust(found, trust)
    const { manifest, bytes, digest, signer } = found
    const { name, version, reads } = manifest
    const settings = own[name] ?? {}
    const module = checkModule(bytes, name)
    const rehearsal = new Rehearsal(
      { name, version, reads, digest, settings, module },
      { entry: site.entry, subjects: site.subjects },
    )
    play(rehearsal, order)
    return { kind: 'fit', name, version, signer, readings: rehearsal.readings }
  } catch (thrown) {
    const hint = thrown instanceof GridError ? thrown.hint : undefined
    return { kind: 'refused', text: errorText(thrown), hint }
  }
}

function play(rehearsal: Rehearsal, { directory, nowUs }: RehearsalOrder): void {
  const reader = StoreReader.open(directory)
  try {
    const points = [...reader.points()].map(({ point: number, ...point }) => ({ number, ...point }))
    rehearsal.introduce(points)
    const from = Micros(nowUs - limits.packageRehearsalMs * 1000)
    const all = { device: undefined, quantity: undefined, from, to: Micros(nowUs) }
    for (const chunk of reader.readings(all)) {
      rehearsal.feed(chunk)
      if (rehearsal.readings >= limits.packageRehearsalReadings) return
    }
  } finally {
    reader.close()
  }
}

assert(parentPort !== null, 'a rehearsal runs in a thread of its own')
parentPort.postMessage(report(workerData as RehearsalOrder))

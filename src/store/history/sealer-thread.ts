import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { isCorrupt, markDamaged } from '../damage/corrupt.ts'
import { PastKeeper } from '../rollups/past-keeper.ts'
import { PastThinner } from '../rollups/past-thinner.ts'
import { RollupKeeper } from '../rollups/rollup-keeper.ts'
import type { Retention } from './retention.ts'
import { type Sealed, Sealer } from './sealer.ts'
import { Thinner } from './thinner.ts'

export interface SealerSettings {
  readonly directory: string
  readonly retention: Retention
}

/** What the thread is told. */
export type SealerOrder = 'seal' | 'end'

/** What the thread says; `done` and `failed` end a run. */
export type SealerMessage =
  | { readonly kind: 'sealed'; readonly sealed: Sealed }
  /** Some readings had to go, or some of what stayed of others. */
  | { readonly kind: 'thinned' }
  | { readonly kind: 'done' }
  /** `damaged`: a file is, and the next start will mend it; trying again would not. */
  | { readonly kind: 'failed'; readonly text: string; readonly damaged: boolean }

/** Code that was compiled for the last run makes the next one three times as fast, so the thread waits for it for a while. */
let tools: Tools | undefined

/** Seals what there is, then renews rollups. What has to make room goes before each sealing, and after the last. */
function seal(): void {
  tools ??= open()
  const { sealer, thinner, rollups } = tools
  for (;;) {
    thin(thinner)
    const sealed = sealer.seal()
    if (sealed === undefined) break
    post({ kind: 'sealed', sealed })
    if (sealed.readings < limits.sealReadingsMost) break
  }
  thin(thinner)
  const started = performance.now()
  while (performance.now() - started < limits.rollupRunMs && rollups.step(Date.now() * 1000));
  post({ kind: 'done' })
}

function thin(thinner: Thinner): void {
  const { readings, windows } = thinner.thin(Date.now())
  if (readings + windows > 0) post({ kind: 'thinned' })
}

interface Tools {
  readonly sealer: Sealer
  readonly thinner: Thinner
  readonly past: PastKeeper
  readonly rollups: RollupKeeper
}

function open(): Tools {
  const { directory, retention } = workerData as SealerSettings
  const sealer = new Sealer(directory)
  const past = new PastKeeper(directory, sealer.db)
  const pastThinner = new PastThinner(sealer.db)
  const thinner = new Thinner(sealer.db, {
    directory,
    retention,
    keep: (spans) => past.keep(spans),
    forget: (before) => pastThinner.step(before),
  })
  return { sealer, thinner, past, rollups: new RollupKeeper(directory) }
}

function post(message: SealerMessage): void {
  parentPort?.postMessage(message)
}

// Where processors are few, those that acknowledge go first. Elsewhere than on Linux this would be said of the whole process.
// A service that was started still further behind stays there: only root may go forward.
if (process.platform === 'linux') setPriority(Math.max(getPriority(), limits.sealerNice))

parentPort?.on('message', (order: SealerOrder) => {
  try {
    if (order === 'seal') return seal()
    tools?.rollups[Symbol.dispose]()
    tools?.past[Symbol.dispose]()
    tools?.sealer[Symbol.dispose]()
    parentPort?.close()
  } catch (cause) {
    const { directory } = workerData as SealerSettings
    const damaged = isCorrupt(cause) && markDamaged(directory, cause)
    post({ kind: 'failed', text: errorText(cause), damaged })
  }
})

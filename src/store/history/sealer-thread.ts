import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { RollupKeeper } from '../rollups/rollup-keeper.ts'
import { type Sealed, Sealer } from './sealer.ts'

/** What the thread says, and with the last word it ends. */
export type SealerMessage =
  | { readonly kind: 'sealed'; readonly sealed: Sealed }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly text: string }

/** Seals what there is, renews rollups, and ends: between two runs it costs nothing. */
function run(directory: string): void {
  sealAll(directory)
  const started = performance.now()
  using rollups = new RollupKeeper(directory)
  while (performance.now() - started < limits.rollupRunMs && rollups.step(Date.now() * 1000));
  post({ kind: 'done' })
}

function sealAll(directory: string): void {
  using sealer = new Sealer(directory)
  for (;;) {
    const sealed = sealer.seal()
    if (sealed === undefined) break
    post({ kind: 'sealed', sealed })
    if (sealed.readings < limits.sealReadings) break
  }
}

function post(message: SealerMessage): void {
  parentPort?.postMessage(message)
}

try {
  run((workerData as { readonly directory: string }).directory)
} catch (cause) {
  post({ kind: 'failed', text: errorText(cause) })
}

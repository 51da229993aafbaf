import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Sealed, Sealer } from './sealer.ts'

/** What the thread is told. */
export type SealerOrder = 'seal' | 'end'

/** What the thread says; `done` and `failed` end a run. */
export type SealerMessage =
  | { readonly kind: 'sealed'; readonly sealed: Sealed }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly text: string }

/** Code that was compiled for the last run makes the next one three times as fast, so the thread waits for it for a while. */
let sealer: Sealer | undefined

function seal(): void {
  sealer ??= new Sealer((workerData as { readonly directory: string }).directory)
  for (;;) {
    const sealed = sealer.seal()
    if (sealed === undefined) break
    post({ kind: 'sealed', sealed })
    if (sealed.readings < limits.sealReadingsMost) break
  }
  post({ kind: 'done' })
}

function post(message: SealerMessage): void {
  parentPort?.postMessage(message)
}

// Where processors are few, those that acknowledge go first. Elsewhere than on Linux this would be said of the whole process.
if (process.platform === 'linux') setPriority(limits.sealerNice)

parentPort?.on('message', (order: SealerOrder) => {
  try {
    if (order === 'seal') return seal()
    sealer?.[Symbol.dispose]()
    parentPort?.close()
  } catch (cause) {
    post({ kind: 'failed', text: errorText(cause) })
  }
})

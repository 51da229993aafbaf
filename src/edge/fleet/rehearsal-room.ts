import { Worker } from 'node:worker_threads'
import { limits } from '../../core/limits.ts'
import type { RehearsalAnswer } from './rehearsal-thread.ts'
import type { RehearsalOrder } from './rehearsal.ts'

/** Does not reject: what goes wrong is an answer. */
export async function rehearseApart(order: RehearsalOrder): Promise<RehearsalAnswer> {
  const { promise, resolve } = Promise.withResolvers<RehearsalAnswer>()
  const thread = new Worker(new URL('./rehearsal-thread.ts', import.meta.url), {
    workerData: order,
  })
  const fail = (why: string): void => resolve({ kind: 'failed', why })
  thread.once('message', resolve)
  thread.once('error', (fault) => fail(String(fault)))
  thread.once('exit', () => fail('the rehearsal ended without an answer'))
  const late = setTimeout(
    () => fail(`the rehearsal took more than ${limits.rehearsalMs / 1000} s`),
    limits.rehearsalMs,
  )
  const answer = await promise
  clearTimeout(late)
  await thread.terminate()
  return answer
}

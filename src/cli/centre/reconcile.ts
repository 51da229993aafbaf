import type { Args } from '../command.ts'
import { ask } from './ask.ts'

/** Has a site compare what it has with what is at a running centre. */
export async function reconcile(args: Args): Promise<number> {
  const query = new URLSearchParams({ site: args.required('site') })
  for (const name of ['from', 'to']) {
    const value = args.optional(name)
    if (value !== undefined) query.set(name, value)
  }
  const path = `/api/v1/reconciliation?${query.toString()}`
  const { site, streams } = (await ask(args, { path })) as Asked
  process.stdout.write(
    `${site} was asked to compare ${streams.join(', ')}; /api/v1/reconciliation?site=${site} says how it went.\n`,
  )
  return 0
}

interface Asked {
  readonly site: string
  readonly streams: readonly string[]
}

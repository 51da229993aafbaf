import { GridError } from '../../core/errors.ts'
import { SetStore } from '../../edge/fleet/set-store.ts'
import type { Args } from '../command.ts'

/** Whose sets an edge runs: these keys and no others. On the spot only, for what a centre could change would protect from no centre. */
export async function run(args: Args, [, ...keys]: readonly string[]): Promise<number> {
  if (keys.length === 0)
    throw new GridError('usage', 'busbar fleet trust: a public key is missing', {
      hint: 'busbar fleet key prints it.',
    })
  new SetStore(args.required('data')).trust(keys)
  process.stdout.write(`sets that are signed with one of ${keys.length} keys are run here\n`)
  return 0
}

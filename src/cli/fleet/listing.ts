import type { Args } from '../command.ts'
import { askCentre } from './centre-request.ts'

/** What the centre knows of its sites, sets and what was done, as lines of JSON that other programs read, too. */
export async function run(args: Args, [what = '']: readonly string[]): Promise<number> {
  const path = `/api/v1/fleet/${what}`
  const answer = (await askCentre(args, { method: 'GET', path })) as Record<string, unknown>
  if (args.flag('json')) {
    process.stdout.write(`${JSON.stringify(answer)}\n`)
    return 0
  }
  const [rows = []] = Object.values(answer) as object[][]
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  return 0
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Args } from '../command.ts'
import { type CentreCall, callCentre } from '../fleet/centre-request.ts'

/** Has the centre at `--url` do something; its CA is known by `--ca` or `--authority`. */
export async function ask(
  args: Args,
  { method = 'POST', path, body }: Partial<Pick<CentreCall, 'method'>> & Omit<CentreCall, 'method'>,
): Promise<unknown> {
  const folder = args.optional('authority')
  const given = args.optional('ca') ?? (folder === undefined ? '' : join(folder, 'ca.pem'))
  const tls = given !== '' && existsSync(given) ? { ca: readFileSync(given) } : {}
  return callCentre(args.required('url'), { method, path, body }, tls)
}

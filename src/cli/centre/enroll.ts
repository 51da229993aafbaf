import { GridError } from '../../core/errors.ts'
import { writeDurably } from '../../edge/fleet/durable-file.ts'
import type { Args } from '../command.ts'
import { ask } from './ask.ts'

/** Asks a running centre for a word with which one machine becomes the site. */
export async function enroll(args: Args): Promise<number> {
  const url = args.required('url')
  const body = { site: args.required('site') }
  const answer = await ask(args, { path: '/api/v1/fleet/tokens', body })
  const { token, ends, fingerprint } = answer as Readonly<Record<string, string>>
  // With =, for a token may begin with a dash.
  process.stdout.write(
    [
      `token ${token}`,
      `fingerprint ${fingerprint}`,
      `until ${ends}, once. On the machine of the site:`,
      `busbar edge enroll --centre ${url} --token=${token} --fingerprint ${fingerprint} --data DIR --trust KEY`,
      '',
    ].join('\n'),
  )
  return 0
}

/** The connection of the site is cut within seconds, and no other is taken. */
export async function revoke(args: Args): Promise<number> {
  const { site, serial } = { site: args.optional('site'), serial: args.optional('serial') }
  if ((site === undefined) === (serial === undefined))
    throw new GridError('usage', 'busbar centre revoke: either --site or --serial is needed')
  const body = site === undefined ? { serial } : { site }
  const answer = await ask(args, { path: '/api/v1/fleet/revocations', body })
  const { revoked } = answer as { readonly revoked: number }
  process.stdout.write(`revoked ${revoked} certificates\n`)
  return revoked > 0 ? 0 : 1
}

/** The list of revoked certificates, for brokers that are other programs. A broker that is just reading it sees the one before or this one. */
export async function revocations(args: Args): Promise<number> {
  const pem = await ask(args, { method: 'GET', path: '/api/v1/fleet/revocations' })
  const out = args.optional('out')
  if (out === undefined) process.stdout.write(String(pem))
  else writeDurably(out, String(pem))
  return 0
}

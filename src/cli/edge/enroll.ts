import { X509Certificate } from 'node:crypto'
import { join, resolve } from 'node:path'
import { type TLSSocket, connect } from 'node:tls'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { writeDurably } from '../../edge/fleet/durable-file.ts'
import { SetStore } from '../../edge/fleet/set-store.ts'
import { makeKey, makeRequest } from '../../fleet/certificates.ts'
import type { Args } from '../command.ts'
import { callCentre } from '../fleet/centre-request.ts'

/** Makes this machine a site of a centre: a key that never leaves it, a certificate for it, and whose sets it runs. */
export async function run(args: Args): Promise<number> {
  const centre = new URL(args.required('centre'))
  if (centre.protocol !== 'https:') throw new GridError('usage', '--centre: https://… is needed')
  const ca = await pinnedAuthority(centre, args.required('fingerprint'))
  const key = makeKey()
  const body = { token: args.required('token'), csr: await makeRequest('site', key) }
  // Whoever has a certificate of this very CA for servers is the centre, under whatever name it is reached.
  const tls = { ca, checkServerIdentity: () => undefined }
  const path = '/api/v1/fleet/enrolments'
  const answer = await callCentre(centre.href, { method: 'POST', path, body }, tls)
  const { site, certificate, ...broker } = answer as Enrolled
  if (!new X509Certificate(certificate).verify(new X509Certificate(ca).publicKey))
    throw new GridError('input', 'the certificate that came is not of the CA of the centre')
  const directory = resolve(args.required('data'))
  const pair = join(directory, 'fleet', 'site.pem')
  writeDurably(pair, `${certificate}${key}`, 0o600)
  const authority = join(directory, 'fleet', 'centre.pem')
  writeDurably(authority, ca)
  const trusted = args.optional('trust')?.split(',') ?? []
  if (trusted.length > 0) new SetStore(directory).trust(trusted)
  process.stdout.write(siteFileLines({ site, url: uplinkUrl(centre, broker), authority, pair }))
  if (trusted.length === 0)
    process.stderr.write('busbar: no --trust: no set is run here before busbar fleet trust.\n')
  return 0
}

interface Enrolled extends Broker {
  readonly site: string
  readonly certificate: string
}

/** What the centre says of where sites connect; a broker of its own is where its HTTP is. */
interface Broker {
  readonly mqttPort?: number
  readonly brokerUrl?: string
}

function uplinkUrl({ hostname }: URL, { mqttPort, brokerUrl }: Broker): string {
  return brokerUrl ?? `mqtts://${hostname}:${mqttPort}`
}

function siteFileLines(enrolled: {
  readonly site: string
  readonly url: string
  readonly authority: string
  readonly pair: string
}): string {
  const { site, url, authority, pair } = enrolled
  return [
    `# This machine is site ${site}. Into its site file, with the address by which it reaches the broker:`,
    'uplink:',
    `  url: ${url}`,
    `  ca: ${authority}`,
    `  certificate: ${pair}`,
    `  key: ${pair}`,
    '',
  ].join('\n')
}

/** The CA that the centre shows, if it is the one whose digest was told. */
async function pinnedAuthority(centre: URL, fingerprint: string): Promise<string> {
  const wanted = fingerprint.replaceAll(':', '').toLowerCase()
  const shown = await shownAuthority(centre)
  const own = shown.fingerprint256.replaceAll(':', '').toLowerCase()
  if (own === wanted) return shown.toString()
  throw new GridError('input', `${centre.host} shows a CA with the fingerprint ${own}`, {
    hint: 'That is not the centre that made the token, or somebody is in between.',
  })
}

async function shownAuthority({ hostname, port, host }: URL): Promise<X509Certificate> {
  const { promise, resolve: found, reject } = Promise.withResolvers<X509Certificate>()
  // Whom it is may be judged only by what it shows: nothing is sent over this connection.
  const socket: TLSSocket = connect(
    { host: hostname, port: Number(port === '' ? 443 : port), rejectUnauthorized: false },
    () => {
      let last = socket.getPeerX509Certificate()
      while (last?.issuerCertificate !== undefined && last.issuerCertificate !== last)
        last = last.issuerCertificate
      socket.destroy()
      if (last === undefined) reject(new GridError('unreachable', `${host} shows no certificate`))
      else found(last)
    },
  )
  socket.setTimeout(limits.uplinkConnectMs, () => socket.destroy(undefined))
  socket.on('error', (cause) =>
    reject(new GridError('unreachable', `the centre at ${host}: ${errorText(cause)}`, { cause })),
  )
  socket.on('close', () => reject(new GridError('unreachable', `${host} ended the connection`)))
  return promise
}

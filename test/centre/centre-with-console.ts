import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCentre } from '../../src/centre/centre.ts'
import { callCentre } from '../../src/cli/fleet/centre-request.ts'
import { formatAddress } from '../../src/core/address.ts'
import { makeKey, makeRequest } from '../../src/fleet/certificates.ts'
import { fillCentre } from './filled.ts'

const ANY = { host: '127.0.0.1', port: 0 }
const YEARS_US = 3 * 366 * 86_400_000_000

export interface CentreWithConsole extends AsyncDisposable {
  readonly url: string
  /** PEM, with which sets are signed. */
  readonly key: string
  post(path: string, body: object): Promise<unknown>
  /** Machines that come with a token each. */
  enrol(sites: readonly string[]): Promise<void>
}

/** A real centre with its own authority, over a database that is filled. */
export async function startFilledCentre(folder: string, sites: number): Promise<CentreWithConsole> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const directory = join(folder, 'centre')
  await fillCentre(directory, sites, key)
  const centre = await startCentre({
    database: { kind: 'embedded', directory },
    broker: { kind: 'embedded', address: ANY, sites: undefined, tls: undefined },
    http: ANY,
    kept: { events: YEARS_US, aggregates: YEARS_US },
    authority: { folder: join(folder, 'authority'), names: ['127.0.0.1'] },
    httpTls: undefined,
    plainLogins: false,
    report: (fault) => process.stderr.write(`${String(fault)}\n`),
    warn: () => {},
  })
  const url = `https://${formatAddress(centre.http)}`
  const ca = readFileSync(join(folder, 'authority', 'ca.pem'))
  const post = (path: string, body: object): Promise<unknown> =>
    callCentre(url, { method: 'POST', path, body }, { ca })
  return {
    url,
    key,
    post,
    enrol: async (names) => {
      for (const site of names) {
        const { token } = (await post('/api/v1/fleet/tokens', { site })) as { token: string }
        const csr = await makeRequest(site, makeKey())
        await post('/api/v1/fleet/enrolments', { token, csr })
      }
    },
    [Symbol.asyncDispose]: async () => centre.stop(),
  }
}

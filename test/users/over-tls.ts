import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import type { Address } from '../../src/core/address.ts'

export interface SecureAnswer {
  readonly status: number
  readonly cookie: string
  /** Of the certificate that was shown. */
  readonly serial: string
}

/** A POST on a connection of its own, to a server whose CA is given. */
export async function overTls(
  { host, port }: Address,
  { path, body, ca }: { readonly path: string; readonly body: object; readonly ca: Buffer },
): Promise<SecureAnswer> {
  const headers = { 'content-type': 'application/json', 'x-busbar-request': '1' }
  const asked = request({ host, port, path, ca, method: 'POST', headers, agent: false })
  asked.end(JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate()
  await text(answer)
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  return { status: answer.statusCode ?? 0, cookie, serial: serialNumber }
}

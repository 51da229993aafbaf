import { z } from 'zod'
import { type Fault, type Path, formatPath } from './fault.ts'
import type { YamlText } from './yaml-text.ts'

const file = z.string().min(1).max(1024)

const address = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:[\]]*):\d{1,5}$/, {
    error: 'an address is HOST:PORT, or :PORT for every interface',
    abort: true,
  })
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, {
    error: 'a port is a number up to 65535',
  })
  .describe('HOST:PORT; :PORT is every IPv4 interface.')

const tlsKeys = {
  minimumVersion: z
    .enum(['TLSv1.2', 'TLSv1.3'])
    .default('TLSv1.3')
    .describe('The oldest version of TLS that is spoken.'),
  clientCertificates: z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe('Whether a client must show a certificate; one that is shown must be valid.'),
  clientCa: file.optional().describe('PEM file of the CAs that sign the certificates of clients.'),
}

const tls = z.strictObject({
  address,
  certificate: file.describe('PEM file, with the chain; relative to the site file.'),
  key: file.describe('PEM file of the private key.'),
  ...tlsKeys,
})

const webSocket = z.strictObject({
  address,
  origins: z
    .array(
      z.string().regex(/^(?:\*|https?:\/\/[^\s/]+)$/, {
        error: 'an origin is https://HOST, or * for all',
      }),
    )
    .max(100)
    .default([])
    .describe('Pages of which other origins may connect; * for all.'),
  certificate: file.optional().describe('With it: WebSocket over TLS (wss).'),
  key: file.optional().describe('PEM file of the private key.'),
  ...tlsKeys,
})

const http = z.strictObject({
  certificate: file.optional().describe('PEM file, with the chain: HTTP over TLS (https).'),
  key: file.optional().describe('PEM file of the private key.'),
  minimumVersion: tlsKeys.minimumVersion,
  plainLogins: z
    .boolean()
    .default(false)
    .describe(
      'Without TLS, passwords and tokens from other machines are taken although whoever is on the way can read them.',
    ),
})

/** Where clients connect besides `--mqtt`, and how to `--http`. */
export const listeners = z.strictObject({
  tls: tls.optional(),
  webSocket: webSocket.optional(),
  http: http.optional(),
})

export type ListenerKind = 'tls' | 'webSocket' | 'http'

/** Keys of a listener that ask for others; looks at the file as it was written, as `checkReferences` does. */
export function checkListeners(yaml: YamlText): Fault[] {
  const faults: Fault[] = []
  const all = fieldsOf(yaml.value, 'listeners')
  const tlsFields = fieldsOf(all, 'tls')
  const webSocketFields = fieldsOf(all, 'webSocket')
  const httpFields = fieldsOf(all, 'http')
  const complain =
    (kind: ListenerKind): Complain =>
    (key, text) => {
      const path: Path = ['listeners', kind, key]
      faults.push({ offset: yaml.offsetOf(path, 'value'), text: `${formatPath(path)}: ${text}` })
    }
  checkClientCertificates(tlsFields, complain('tls'))
  checkClientCertificates(webSocketFields, complain('webSocket'))
  checkOptionalTls(webSocketFields, complain('webSocket'))
  checkOptionalTls(httpFields, complain('http'))
  if (httpFields['plainLogins'] === true && httpFields['certificate'] !== undefined) {
    complain('http')('plainLogins', 'with a certificate nothing is in the clear')
  }
  const { address: taken } = tlsFields
  if (typeof taken === 'string' && !taken.endsWith(':0') && taken === webSocketFields['address']) {
    complain('webSocket')('address', 'listeners.tls is there already')
  }
  return faults
}

type Fields = Readonly<Record<string, unknown>>
type Complain = (key: string, text: string) => void

function checkClientCertificates(fields: Fields, complain: Complain): void {
  const { clientCertificates = 'none', clientCa } = fields
  if (clientCertificates !== 'none' && clientCa === undefined) {
    complain('clientCertificates', 'clientCa is needed to judge them')
  }
  if (clientCertificates === 'none' && clientCa !== undefined) {
    complain('clientCa', 'nobody is asked for a certificate; see clientCertificates')
  }
}

/** WebSocket and HTTP are in the clear unless they have a certificate; what only TLS has would be a promise that nobody keeps. */
function checkOptionalTls(fields: Fields, complain: Complain): void {
  if (fields['certificate'] !== undefined) {
    if (fields['key'] === undefined) complain('certificate', 'key is needed as well')
    return
  }
  for (const key of ['key', 'minimumVersion', 'clientCertificates', 'clientCa']) {
    if (fields[key] !== undefined) complain(key, 'certificate is needed as well')
  }
}

/** The map at `key`, or an empty one where there is none: the schema complains about what is no map. */
function fieldsOf(value: unknown, key: string): Fields {
  const inner = isFields(value) ? value[key] : undefined
  return isFields(inner) ? inner : {}
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import type { TLSSocket } from 'node:tls'
import type { PeerCertificate } from '../ports.ts'
import type { TlsSettings } from './secure-context.ts'

/** What a client has proved in its handshake, or that it did not prove what it had to. */
export type Proof =
  | { readonly kind: 'valid'; readonly certificate: PeerCertificate | undefined }
  | { readonly kind: 'invalid' }

/**
 * A session that is resumed counts as authorised even where nobody showed a certificate, so it is asked whether there is one
 * first.
 */
export function proofOf(socket: TLSSocket, { clientCertificates }: TlsSettings): Proof {
  if (clientCertificates === 'none') return { kind: 'valid', certificate: undefined }
  const { subject, subjectaltname } = socket.getPeerCertificate()
  if (subject === undefined) {
    return clientCertificates === 'required'
      ? { kind: 'invalid' }
      : { kind: 'valid', certificate: undefined }
  }
  if (!socket.authorized) return { kind: 'invalid' }
  const commonName: unknown = subject.CN
  return {
    kind: 'valid',
    certificate: {
      commonName: typeof commonName === 'string' ? commonName : '',
      subjectAltNames: splitAltNames(subjectaltname ?? ''),
    },
  }
}

/** `DNS:a, URI:"b\u002c c"`: where a name holds a comma or a quote, Node.js writes it as a JSON string. */
export function splitAltNames(text: string): string[] {
  const names: string[] = []
  for (const [, kind = '', name = ''] of text.matchAll(ALT_NAME)) {
    names.push(`${kind}:${name.startsWith('"') ? String(JSON.parse(name)) : name}`)
  }
  return names
}

const ALT_NAME =
  /([\w ]+):("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|[^,"]*)(?:, |$)/guy

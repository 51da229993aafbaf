import type { PeerCertificate } from '../../mqtt/ports.ts'

/**
 * The device that a certificate stands for: its common name, or a DNS or URI name, is the device's id. A certificate for two
 * devices stands for none.
 */
export function deviceOfCertificate(
  certificate: PeerCertificate | undefined,
  isDevice: (id: string) => boolean,
): string | undefined {
  if (certificate === undefined) return undefined
  const { commonName, subjectAltNames } = certificate
  const names = subjectAltNames.flatMap((name) => /^(?:DNS|URI):(.+)$/s.exec(name)?.[1] ?? [])
  const found = new Set([commonName, ...names].filter((name) => name !== '' && isDevice(name)))
  const [device] = found
  return found.size === 1 ? device : undefined
}

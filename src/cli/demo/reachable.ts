import { type Address, formatAddress, parseAddress } from '../../core/address.ts'

/** Where to connect to what listens on every interface. */
export function reachable(text: string): Address {
  const address = parseAddress(text, 'address')
  return address.host === '0.0.0.0' ? { ...address, host: '127.0.0.1' } : address
}

export function reachableText(text: string): string {
  return formatAddress(reachable(text))
}

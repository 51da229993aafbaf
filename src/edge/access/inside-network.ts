import { BlockList, isIPv4, isIPv6 } from 'node:net'

/**
 * Loopback, link-local and private addresses: none of them is routed on the internet, and a substation's own network has no other.
 * Where the wide area of a utility has private addresses too, the site file has to say which of them are the substation's.
 */
export const USUAL_INSIDE = [
  '127.0.0.0/8',
  '::1/128',
  '169.254.0.0/16',
  'fe80::/10',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
] as const

/** Which addresses are inside the substation. What is not surely inside is outside. */
export class InsideNetwork {
  readonly #networks = new BlockList()

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const parsed = parseNetwork(network)
      if (parsed !== undefined) {
        this.#networks.addSubnet(parsed.address, parsed.bits, parsed.family)
      }
    }
  }

  /** An address without a port, as a socket has it; one of IPv4 also as IPv6 writes it. */
  has(address: string): boolean {
    const [bare = ''] = address.replace(/^\[|\]$/g, '').split('%', 1)
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
    const known = mapped ?? bare
    if (isIPv4(known)) return this.#networks.check(known, 'ipv4')
    return isIPv6(known) && this.#networks.check(known, 'ipv6')
  }
}

export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

interface Network {
  readonly address: string
  readonly bits: number
  readonly family: 'ipv4' | 'ipv6'
}

function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits = ''] = /^([0-9A-Fa-f:.]+)\/(\d{1,3})$/.exec(text) ?? []
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (family === undefined || Number(bits) > (family === 'ipv4' ? 32 : 128)) return undefined
  return { address, bits: Number(bits), family }
}

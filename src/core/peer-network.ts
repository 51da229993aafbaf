/**
 * Who counts as one where peers are counted by address: an IPv4 address, or the /64 of an IPv6 one. Whoever has one IPv6 address has
 * the other 2^64 of its network as well. Link-local ones stay whole: their /64 is the same everywhere, and is nobody's.
 */
export function peerNetwork(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (/^fe[89ab]/i.test(address)) return address
  const [head = '', tail] = address.split('::', 2)
  const front = groupsOf(head)
  const back = groupsOf(tail ?? '')
  const missing = tail === undefined ? 0 : Math.max(GROUPS - front.length - back.length, 0)
  const groups = [...front, ...Array<string>(missing).fill('0'), ...back]
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`
}

const GROUPS = 8
const NETWORK_GROUPS = 4

/** An IPv4 address at the end stands for two of them. */
function groupsOf(text: string): string[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => (group.includes('.') ? ['v', '4'] : [group]))
}

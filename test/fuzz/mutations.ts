import type { Random } from '../../src/core/random.ts'

/** What goes over one connection, in pieces as they are written. */
export function damaged(packets: readonly Buffer[], random: Random): Buffer[] {
  const below = (limit: number): number => Math.floor(random() * limit)
  let bytes: Buffer = Buffer.concat(below(5) === 0 ? shuffled(packets, below) : packets)
  // One in eight goes as it is: the fuzzer must get through as well.
  for (let accidents = below(8) === 0 ? 0 : 1 + below(3); accidents > 0; accidents--) {
    bytes = (accidentsOf[below(accidentsOf.length)] as Accident)(bytes, below)
  }
  return pieces(bytes, below)
}

type Below = (limit: number) => number
type Accident = (bytes: Buffer, below: Below) => Buffer

const accidentsOf: readonly Accident[] = [
  function flipBits(bytes, below) {
    const flipped = Buffer.from(bytes)
    for (let count = 1 + below(4); count > 0 && bytes.length > 0; count--) {
      const at = below(bytes.length)
      flipped[at] = (flipped[at] as number) ^ (1 << below(8))
    }
    return flipped
  },
  function truncate(bytes, below) {
    return bytes.subarray(0, below(bytes.length + 1))
  },
  /** The length of some packet, a string or a property says something else: small, large, or without an end. */
  function lieAboutLength(bytes, below) {
    const lies = [[0], [1], [127], [0x80, 1], [0xff, 0xff, 0xff, 0x7f], [0xff, 0xff], [0x80, 0x80]]
    const lie = Buffer.from(lies[below(lies.length)] as number[])
    const at = below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), lie, bytes.subarray(at + lie.length)])
  },
  function splice(bytes, below) {
    const from = below(bytes.length + 1)
    const part = bytes.subarray(from, from + below(200))
    const at = below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
  },
  function cutOut(bytes, below) {
    const at = below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(40))])
  },
  function insertNoise(bytes, below) {
    const noise = Buffer.from(Array.from({ length: below(300) }, () => below(256)))
    const at = below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
  },
  function repeatAll(bytes, below) {
    return Buffer.concat(Array<Buffer>(2 + below(20)).fill(bytes))
  },
]

function shuffled(packets: readonly Buffer[], below: Below): Buffer[] {
  const [first = Buffer.alloc(0), ...others] = packets
  for (let at = others.length - 1; at > 0; at--) {
    const other = below(at + 1)
    ;[others[at], others[other]] = [others[other] as Buffer, others[at] as Buffer]
  }
  return [first, ...others]
}

function pieces(bytes: Buffer, below: Below): Buffer[] {
  if (below(3) > 0) return [bytes]
  const cut: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(Math.max(1, bytes.length - at))
    cut.push(bytes.subarray(at, end))
    at = end
  }
  return cut
}

import { limits } from '../core/limits.ts'
import { type Ranges, decodeRanges } from './ranges.ts'
import { isObject } from './record.ts'
import { isStream } from './topics.ts'

/** What a centre has of one stream, and will not lose any more. */
export interface Acknowledgement {
  readonly stream: string
  readonly epoch: number
  readonly ranges: Ranges
}

const FORMAT = 1

/** Of too many ranges the lowest: the sender fills the gaps between them first. */
export function encodeAcknowledgement({ stream, epoch, ranges }: Acknowledgement): string {
  const some = ranges.slice(0, limits.acknowledgedRanges)
  return JSON.stringify({ format: FORMAT, stream, epoch, ranges: some })
}

/** Undefined: it is none, or one of a format that is not known here. */
export function decodeAcknowledgement(bytes: Uint8Array): Acknowledgement | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (!isObject(value) || value['format'] !== FORMAT) return undefined
  const { stream, epoch } = value
  const ranges = decodeRanges(value['ranges'])
  if (typeof stream !== 'string' || !isStream(stream)) return undefined
  if (!Number.isSafeInteger(epoch) || ranges === undefined) return undefined
  return { stream, epoch: epoch as number, ranges }
}

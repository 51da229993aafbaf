import { type HourDigest, decodeHours } from './hours.ts'
import { isCount, isObject } from './record.ts'
import { isStream } from './topics.ts'

/** What a centre asks of a site; it goes to the topic of the acknowledgements. */
export type Question =
  /** These pages of the inventory are not here as the site said they are. */
  | { readonly kind: 'inventory'; readonly pages: readonly number[] }
  /** This is here of each of these hours, of records up to a number up to which everything has come once. */
  | {
      readonly kind: 'hours'
      readonly stream: string
      readonly epoch: number
      readonly upTo: number
      readonly hours: readonly HourDigest[]
    }

const FORMAT = 1

export function encodeQuestion(question: Question): string {
  if (question.kind === 'inventory')
    return JSON.stringify({ format: FORMAT, ask: question.kind, pages: question.pages })
  const { kind: ask, stream, epoch, upTo } = question
  const hours = question.hours.map(({ hour, count, digest }) => [hour, count, digest])
  return JSON.stringify({ format: FORMAT, ask, stream, epoch, upTo, hours })
}

/** Undefined: it is none, or one that is not known here. */
export function decodeQuestion(bytes: Uint8Array): Question | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (!isObject(value) || value['format'] !== FORMAT) return undefined
  const { ask, pages, stream, epoch, upTo } = value
  if (ask === 'inventory' && Array.isArray(pages) && pages.every(isCount))
    return { kind: ask, pages }
  const hours = decodeHours(value['hours'])
  if (ask !== 'hours' || hours === undefined || !isCount(epoch) || !isCount(upTo)) return undefined
  if (typeof stream !== 'string' || !isStream(stream)) return undefined
  return { kind: ask, stream, epoch, upTo, hours }
}

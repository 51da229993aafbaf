import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { ProtobufReader } from '../../core/protobuf-reader.ts'

/** `prometheus.ReadRequest`. The hints of a query are not looked at: every sample of its range is answered. */
export interface ReadRequest {
  readonly queries: readonly ReadQuery[]
  /** The first response type of the request that we know; samples where it names none. */
  readonly responseType: ResponseType
}

export type ResponseType = 'samples' | 'chunks'

export interface ReadQuery {
  /** Both inclusive. */
  readonly startMs: number
  readonly endMs: number
  readonly matchers: readonly MatcherWords[]
}

export interface MatcherWords {
  readonly kind: MatcherKind
  readonly name: string
  readonly value: string
}

export type MatcherKind = '=' | '!=' | '=~' | '!~'

export function decodeReadRequest(bytes: Uint8Array): ReadRequest {
  const queries: ReadQuery[] = []
  const accepted: number[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === 1) queries.push(decodeQuery(reader.bytes()))
    else if (reader.field === 2) accepted.push(...responseTypes(reader))
    else reader.skip()
    if (queries.length > limits.remoteReadQueries) {
      throw new GridError('input', `more than ${limits.remoteReadQueries} queries in a request`)
    }
  }
  if (reader.isBroken) throw broken()
  const [first] = accepted.filter((type) => type === SAMPLES || type === STREAMED_XOR_CHUNKS)
  if (first === undefined && accepted.length > 0) {
    throw new GridError('input', 'no response type of the request is known', {
      hint: 'SAMPLES and STREAMED_XOR_CHUNKS are.',
    })
  }
  return { queries, responseType: first === STREAMED_XOR_CHUNKS ? 'chunks' : 'samples' }
}

const SAMPLES = 0
const STREAMED_XOR_CHUNKS = 1
const KINDS: readonly MatcherKind[] = ['=', '!=', '=~', '!~']

/** A list of enumerators comes packed, or as a field each. */
function responseTypes(reader: ProtobufReader): number[] {
  if (!reader.isDelimited) return [reader.integer()]
  const packed = reader.bytes()
  if (packed.length > TYPES_MAX) throw broken()
  return [...packed]
}

/** There are two, each a byte; some to come are let pass. */
const TYPES_MAX = 16

function decodeQuery(bytes: Uint8Array): ReadQuery {
  let startMs = 0
  let endMs = 0
  const matchers: MatcherWords[] = []
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === 1) startMs = reader.signed()
    else if (reader.field === 2) endMs = reader.signed()
    else if (reader.field === 3) matchers.push(decodeMatcher(reader.bytes()))
    else reader.skip()
    if (matchers.length > limits.remoteReadMatchers) {
      throw new GridError('input', `more than ${limits.remoteReadMatchers} matchers in a query`)
    }
  }
  if (reader.isBroken) throw broken()
  return { startMs, endMs, matchers }
}

function decodeMatcher(bytes: Uint8Array): MatcherWords {
  let type = 0
  let name = ''
  let value = ''
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    if (reader.field === 1) type = reader.integer()
    else if (reader.field === 2) name = reader.text()
    else if (reader.field === 3) value = reader.text()
    else reader.skip()
  }
  const kind = KINDS[type]
  if (reader.isBroken || kind === undefined) throw broken()
  return { kind, name, value }
}

function broken(): GridError {
  return new GridError('input', 'the body is not a prometheus.ReadRequest')
}

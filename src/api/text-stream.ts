import { Readable } from 'node:stream'
import type { Report } from './route.ts'

/** Characters gathered before they are sent: few enough that making them does not hold up ingest. */
const PIECE_CHARACTERS = 32 * 1024

/**
 * Pieces of text as a stream that is made as fast as the client takes it. Where the source fails in the middle, Fastify cuts
 * the connection: the answer has no proper end, for a client must not take a part for the whole.
 */
export function textStream(pieces: AsyncIterable<string | Uint8Array>, report: Report): Readable {
  const stream = Readable.from(pieces)
  return stream.once('error', report)
}

/** A list as text, made in slices between other work: head, items separated by commas and line ends, tail. */
export async function* listText<Item>(
  items: Iterable<Item>,
  format: { readonly head: string; item(item: Item): string | undefined; tail(): string },
): AsyncGenerator<string> {
  let text = format.head
  let separator = '\n'
  for (const item of items) {
    const line = format.item(item)
    if (line === undefined) continue
    text += separator + line
    separator = ',\n'
    if (text.length < PIECE_CHARACTERS) continue
    yield text
    text = ''
    await otherWork()
  }
  yield text + format.tail()
}

/** Lets sockets, timers and commits have their turn. */
export function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

import { limits } from '../../core/limits.ts'
import { listText } from '../text-stream.ts'
import type { Classified, Cleared, Leaving, Passage } from './border.ts'
import { type Aliases, flatNames, onlyNamed } from './flat-names.ts'

/** One record as JSON has it. */
export interface Listed {
  readonly object: object
  readonly aliases: Aliases
  /** Asked only where it would leave. */
  readonly classified: () => Classified
}

/** An answer that is a list of records, each of which may leave or stay. */
export interface RecordList {
  /** The key of the list. */
  readonly name: string
  readonly items: Iterable<Listed>
  /** What is told beside the list of those inside: the text of further keys, a comma before each. */
  readonly beside?: () => string
}

/** All of it, for those inside. */
export function wholeText({ name, items, beside }: RecordList): AsyncGenerator<string> {
  return listText(items, {
    head: `{"${name}":[`,
    item: ({ object }) => JSON.stringify(object),
    tail: () => `\n]${beside?.() ?? ''}}\n`,
  })
}

/** What may leave, and of what has to stay how many and why: nothing is left out in silence. */
export async function* clearedText(
  { name, items }: RecordList,
  passage: Passage,
): AsyncGenerator<string> {
  const stayed = new Map<string, number>()
  let text = `{"${name}":[`
  let separator = '\n'
  for (const some of batchesOf(items)) {
    const verdicts = await passage.clear(some.map(leavingOf))
    for (const [at, listed] of some.entries()) {
      const cleared = verdicts[at]
      if (cleared?.kind === 'leaves') {
        text += separator + JSON.stringify(shownOf(listed, cleared.names))
        separator = ',\n'
      } else {
        const reason = cleared?.reason ?? 'nobody decided'
        stayed.set(reason, (stayed.get(reason) ?? 0) + 1)
      }
    }
    yield text
    text = ''
  }
  yield `${text}\n],"stayed":${JSON.stringify(Object.fromEntries(stayed))}}\n`
}

export function leavingOf({ object, aliases, classified }: Listed): Leaving {
  return { ...classified(), names: flatNames(object, aliases) }
}

export function shownOf(
  { object, aliases }: Listed,
  names: (Cleared & { kind: 'leaves' })['names'],
): object {
  return onlyNamed(object, names, aliases)
}

function* batchesOf(items: Iterable<Listed>): Generator<Listed[]> {
  let batch: Listed[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < limits.clearedAtOnce) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

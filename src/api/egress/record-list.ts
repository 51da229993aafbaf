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
  /** Fields that hold a reading, or may: they ask to leave for themselves, as what they are. */
  readonly isReading?: (name: string) => boolean
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
    for (const { shown, reasons } of await clearAll(some, passage)) {
      for (const reason of reasons) stayed.set(reason, (stayed.get(reason) ?? 0) + 1)
      if (shown === undefined) continue
      text += separator + JSON.stringify(shown)
      separator = ',\n'
    }
    yield text
    text = ''
  }
  yield `${text}\n],"stayed":${JSON.stringify(Object.fromEntries(stayed))}}\n`
}

export interface Shown {
  /** Undefined: all of it stays. */
  readonly shown: object | undefined
  /** Why it stays, or a part of it. */
  readonly reasons: readonly string[]
}

/** One for each, in their order. */
export async function clearAll(
  some: readonly Listed[],
  passage: Passage,
): Promise<readonly Shown[]> {
  const parts = some.map(partsOf)
  const cleared = await passage.clear(parts.flat())
  let at = 0
  return some.map((listed, index) => {
    const [own = NOT_ASKED, ...readings] = cleared.slice(at, (at += parts[index]?.length ?? 0))
    if (own.kind === 'stays') return { shown: undefined, reasons: [own.reason] }
    const names = new Set(own.names)
    for (const each of readings)
      if (each.kind === 'leaves') for (const name of each.names) names.add(name)
    const reasons = readings.flatMap((each) => (each.kind === 'stays' ? [each.reason] : []))
    return { shown: onlyNamed(listed.object, names, listed.aliases), reasons }
  })
}

/** The record, and the readings in it as one of their own. */
function partsOf({ object, aliases, classified, isReading }: Listed): Leaving[] {
  const all = flatNames(object, aliases)
  const about = classified()
  if (isReading === undefined) return [{ ...about, names: all }]
  const readings = all.filter(isReading)
  const record = { ...about, names: all.filter((name) => !isReading(name)) }
  return readings.length === 0 ? [record] : [record, { ...about, class: 'raw', names: readings }]
}

const NOT_ASKED: Cleared = { kind: 'stays', reason: 'nobody decided' }

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

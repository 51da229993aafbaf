import { Batch } from './batch.ts'
import { parseJson } from './json.ts'
import { ABI_VERSION, BATCH_ROWS, CODE_DONE, CODE_REFUSED } from './layout.ts'
import { takeOutputs, takeRefusal } from './outputs.ts'
import { Processor } from './processor.ts'
import { StateReader, StateWriter } from './state.ts'
import { Point, Subject } from './subject.ts'
import { Table } from './table.ts'
export { trap } from './trap.ts'

let processor: Processor | null = null
let batch: Batch | null = null
let batchAt: usize = 0
let isConfigured = false
/** Of `configure` since the last collection. */
let textBytes = 0
/** Of memory, after the last collection. */
let pages = 0
const subjects = new Table<Subject>()
const state = new StateWriter()

/** The last line of a module: what its exports act on. */
export function start(own: Processor): void {
  processor = own
}

/** For a program that links several modules: whose is the last that was imported. */
export function lastStarted(): Processor {
  return processor!
}

export function abi_version(): i32 {
  return ABI_VERSION
}

/** The first is the memory of the batch; those after it belong to the call that they are given to. */
export function alloc(bytes: i32): usize {
  const at = heap.alloc(<usize>bytes)
  if (batchAt == 0) batchAt = at
  return at
}

/**
 * UTF-8 of `{"settings","site","subjects":[{"number","kind","id","entry"}],"points":[{"number","subject","quantity","unit"}]}`. `settings`
 * and `site` come with the first call; later ones bring what has become known since. An entry is JSON within a string.
 */
export function configure(at: usize, bytes: i32): i32 {
  const own = processor!
  const given = parseJson(String.UTF8.decodeUnsafe(at, <usize>bytes))
  heap.free(at)
  if (!isConfigured) own.configure(given.get('settings'), given.get('site'))
  isConfigured = true
  const newSubjects = given.get('subjects')
  for (let index = 0; index < newSubjects.length; index++) {
    const entry = newSubjects.at(index)
    const number = <u32>entry.get('number').number(0)
    const kind = entry.get('kind').text('')
    const subject = new Subject(
      number,
      kind,
      entry.get('id').text(''),
      entry.get('entry').text('null'),
    )
    subjects.set(number, subject)
    own.subject(subject)
  }
  const points = given.get('points')
  for (let index = 0; index < points.length; index++) {
    const entry = points.at(index)
    const subject = subjects.get(<u32>entry.get('subject').number(0))!
    const number = <u32>entry.get('number').number(0)
    own.point(
      new Point(number, subject, entry.get('quantity').text(''), entry.get('unit').text('')),
    )
  }
  const code = takeRefusal() ? CODE_REFUSED : CODE_DONE
  // What was read is garbage now, ten times as large as its text; a site of 100,000 points comes in hundreds of calls before the first tick.
  textBytes += bytes
  if (textBytes > mostTextBytes()) collect()
  return code
}

/**
 * Of `configure` between two collections. More often would walk what is there time and again, more seldom would let the memory grow: it
 * goes by the memory that there is.
 */
function mostTextBytes(): i32 {
  const pages = memory.size()
  return pages > CROWDED_PAGES ? CROWDED_TEXT_BYTES : min(pages * PAGE_TEXT_BYTES, TEXT_BYTES)
}

const PAGE_TEXT_BYTES = 400
const TEXT_BYTES = 400_000

/** In a quarter of the memory that a module may have the garbage of large pieces lies between what stays, and leaves no room for a snapshot. */
const CROWDED_PAGES = 256
const CROWDED_TEXT_BYTES = 150_000

export function process(rows: i32): i32 {
  assert(rows >= 0 && rows <= BATCH_ROWS)
  if (!batch) batch = new Batch(batchAt, 0)
  batch!.rows = rows
  processor!.process(batch!)
  return CODE_DONE
}

/**
 * Nothing of the module's is on the stack here, so this is where its garbage is collected. To walk the objects of 100,000 points takes 40 ms,
 * so it waits until the module has needed more memory than it had.
 */
export function tick(now: i64): i32 {
  processor!.tick(now)
  if (memory.size() > pages) collect()
  return CODE_DONE
}

function collect(): void {
  __collect()
  pages = memory.size()
  textBytes = 0
}

export function outputs(): usize {
  return takeOutputs()
}

export function snapshot(): usize {
  state.begin()
  processor!.save(state)
  if (state.isShort) {
    state.grow()
    processor!.save(state)
  }
  return state.finish()
}

export function restore(at: usize, bytes: i32): i32 {
  const reader = new StateReader(at, at + <usize>bytes)
  processor!.load(reader)
  heap.free(at)
  return reader.isAtEnd ? CODE_DONE : CODE_REFUSED
}

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { builtInProcessors, loadBuiltIn } from '../../../kernel/built-in.ts'
import { checkModule } from '../../../kernel/module-check.ts'
import { type JournalRow, type JournalSource, Runner } from '../../../kernel/runner.ts'
import { type Loaded, Running } from '../../../kernel/running.ts'
import { type NamedPoint, SiteBook } from '../../../kernel/site-book.ts'
import { ResultsWriter } from '../../../store/results/results-writer.ts'
import { MixedStream } from './mixed-stream.ts'

export interface ProcessorsResult {
  readonly readings: number
  /** Of all processors together, in one thread, results stored. */
  readonly readingsPerSecond: number
  readonly results: number
  /** How much longer the step took in which all processors were replaced by other versions than the one before, in which both ran. */
  readonly swapMs: number
  readonly modules: readonly ModuleResult[]
}

export interface ModuleResult {
  readonly name: string
  readonly bytes: number
  /** Compile, instantiate, configure and a first batch, once. */
  readonly coldMs: number
  /** Without compiling; the median. */
  readonly warmMs: number
  /** Share of the time of all. */
  readonly share: number
  readonly readings: number
  readonly memoryMb: number
}

/** All processors that come with Busbar, on what a substation sends, as an edge runs them but with nothing beside. */
export async function measureProcessors(readings: number): Promise<ProcessorsResult> {
  const stream = new MixedStream()
  const starts = await Promise.all(builtInProcessors.map(async (name) => load(name)))
  const begins = starts.map((one) => measureStart(one, stream))
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  using store = new ResultsWriter({ directory: folder, of: 'built-in', areSent: false })
  try {
    const journal = new StreamJournal(stream, readings)
    const runner = new Runner({
      journal,
      store,
      site: { entry: stream.site, subjects: stream.subjects },
      loaded: starts.map(({ loaded }) => loaded),
      banned: new Map(),
      watch: { begin() {}, end() {} },
      stopwatch: () => performance.now(),
    })
    const { seconds, swapMs } = runAll(runner, starts)
    const own = [...runner.running]
    const total = own.reduce((sum, { times }) => sum + times.seconds, 0)
    const modules = own.map((running, at): ModuleResult => {
      const { name } = running.loaded
      const start = starts.findIndex(({ loaded }) => loaded.name === name)
      const { coldMs, warmMs } = begins[start === -1 ? at : start] as Begin
      return {
        name,
        bytes: starts[start]?.bytes.length ?? 0,
        coldMs,
        warmMs,
        share: running.times.seconds / total,
        readings: running.readings,
        memoryMb: running.memoryBytes / 1e6,
      }
    })
    const results = own.reduce((sum, running) => sum + running.results, 0)
    return { readings, readingsPerSecond: readings / seconds, results, swapMs, modules }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Start {
  readonly loaded: Loaded
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Begin {
  readonly coldMs: number
  readonly warmMs: number
}

async function load(name: string): Promise<Start> {
  const { manifest, bytes } = await loadBuiltIn(name)
  const { version, reads } = manifest
  const digest = createHash('sha256').update(bytes).digest('hex')
  const module = checkModule(bytes, name)
  return { bytes, loaded: { name, version, digest, reads, settings: {}, module } }
}

function measureStart({ loaded, bytes }: Start, stream: MixedStream): Begin {
  const begin = (module: Loaded['module']): number => {
    const startedMs = performance.now()
    const own = new Running({
      loaded: { ...loaded, module },
      site: stream.site,
      book: new SiteBook([], stream.subjects.slice(0, FEW)),
      saved: undefined,
      start: { journal: 0, tick: 0 },
      committed: { journal: 0, tick: 0 },
      watch: { begin() {}, end() {} },
      stopwatch: () => performance.now(),
    })
    own.introduce(stream.points.slice(0, FEW), FEW)
    own.takeRow(1, FIRST_BATCH)
    return performance.now() - startedMs
  }
  const startedMs = performance.now()
  const fresh = checkModule(bytes, loaded.name)
  const compileMs = performance.now() - startedMs
  const coldMs = compileMs + begin(fresh)
  const warm = Array.from({ length: 21 }, () => begin(fresh)).toSorted((a, b) => a - b)
  return { coldMs, warmMs: warm[10] ?? 0 }
}

/** Steps until all is taken in; half way every module is replaced by another version of itself. */
function runAll(
  runner: Runner,
  starts: readonly Start[],
): { readonly seconds: number; readonly swapMs: number } {
  const startedMs = performance.now()
  const next = starts.map(({ loaded }) => ({ ...loaded, version: NEXT, digest: NEXT }))
  const stepsMs: number[] = []
  let swapMs = 0
  let isUpdated = false
  for (let isBehind = true; isBehind;) {
    const before = performance.now()
    ;({ isBehind } = runner.step())
    const [first] = runner.running
    stepsMs.push(performance.now() - before)
    if (!isUpdated) {
      isUpdated = true
      runner.update(next)
    } else if (swapMs === 0 && first?.loaded.version === NEXT)
      swapMs = Math.max(0, (stepsMs.at(-1) ?? 0) - (stepsMs.at(-2) ?? 0))
  }
  const seconds = (performance.now() - startedMs) / 1000
  return { seconds, swapMs }
}

/** Rows as a full edge writes them, made before the clock runs. */
class StreamJournal implements JournalSource {
  readonly first = 1
  readonly #stream: MixedStream
  readonly #rows: readonly JournalRow[]

  constructor(stream: MixedStream, readings: number) {
    this.#stream = stream
    this.#rows = Array.from({ length: Math.ceil(readings / ROW_READINGS) }, (_, at) => {
      return { number: at + 1, columns: stream.next(ROW_READINGS) }
    })
  }

  get last(): number {
    return this.#rows.length
  }

  after(number: number, rows: number): readonly JournalRow[] {
    return this.#rows.slice(number, number + rows)
  }

  points(first: number, last: number): readonly NamedPoint[] {
    return this.#stream.points.slice(first, last + 1)
  }
}

const ROW_READINGS = 8192
const FEW = 64
const NEXT = '999.0.0'
const FIRST_BATCH = new MixedStream().next(FEW)

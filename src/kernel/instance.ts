import { GridError } from '../core/errors.ts'
import {
  ABI_VERSION,
  BATCH_BYTES,
  BATCH_ROWS,
  CODE_DONE,
  CONTENT_AT,
  DROPPED_AT,
  LENGTH_AT,
  POINTS_AT,
  QUALITIES_AT,
  TIMES_AT,
  VALUES_AT,
} from '../../kernel/sdk/layout.ts'
import { type Call, type CallWatch, unwatched } from './call-watch.ts'
import { OutputDecoder, type Result } from './output-decoder.ts'
import type { PointEntry, SubjectEntry } from './subjects.ts'

/** What a module exports, by ABI version 1. */
interface Exports {
  readonly memory: WebAssembly.Memory
  abi_version(): number
  alloc(bytes: number): number
  configure(at: number, bytes: number): number
  process(rows: number): number
  tick(now: bigint): number
  outputs(): number
  snapshot(): number
  restore(at: number, bytes: number): number
}

export interface Configuration {
  readonly settings: unknown
  readonly site: unknown
}

/** What has become known: sent before the first reading that it is about. */
export interface Newcomers {
  readonly subjects: readonly SubjectEntry[]
  readonly points: readonly PointEntry[]
}

/** The columns of a batch where the module reads them. Views of its memory, made again when it has grown. */
export interface BatchColumns {
  /** Low and high words of the i64 microseconds, in turn. */
  readonly times: Uint32Array
  readonly values: Float64Array
  readonly points: Uint32Array
  readonly qualities: Uint16Array
}

/** A module at work: memory of its own, and no way to reach anything else. */
export class ProcessorInstance {
  readonly name: string
  readonly #watch: CallWatch
  readonly #exports: Exports
  readonly #batchAt: number
  readonly #decoder = new OutputDecoder()
  #columns: BatchColumns
  /** Records that found no room in the module's output since it was started. */
  dropped = 0

  /** @throws GridError `input` where the module refuses its configuration, or is of another version of the ABI. */
  constructor(
    module: WebAssembly.Module,
    name: string,
    configuration: Configuration,
    watch: CallWatch = unwatched,
  ) {
    this.name = name
    this.#watch = watch
    // checkModule has looked: every function is there.
    this.#exports = this.#call('rare', () => new WebAssembly.Instance(module).exports) as never
    const version = this.#call('rare', () => this.#exports.abi_version())
    if (version !== ABI_VERSION) {
      throw new GridError(
        'input',
        `processor ${name} speaks version ${version} of the ABI; this edge ${ABI_VERSION}`,
        { hint: 'Build it again with busbar processor build.' },
      )
    }
    this.#batchAt = this.#call('rare', () => this.#exports.alloc(BATCH_BYTES))
    this.#columns = this.#view()
    this.#configure(configuration)
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength
  }

  /** To be filled before `process`. */
  get columns(): BatchColumns {
    if (this.#columns.values.length === 0) this.#columns = this.#view()
    return this.#columns
  }

  introduce({ subjects, points }: Newcomers): void {
    for (let at = 0; at < subjects.length; at += ENTRIES_AT_ONCE) {
      const some = subjects.slice(at, at + ENTRIES_AT_ONCE)
      this.#configure({
        subjects: some.map(({ number, kind, id, entry }) => ({
          number,
          kind,
          id,
          entry: JSON.stringify(entry ?? null),
        })),
      })
    }
    for (let at = 0; at < points.length; at += ENTRIES_AT_ONCE)
      this.#configure({ points: points.slice(at, at + ENTRIES_AT_ONCE) })
  }

  process(rows: number): void {
    const code = this.#call('usual', () => this.#exports.process(rows))
    this.#succeed('process', code)
  }

  tick(now: number): void {
    const code = this.#call('usual', () => this.#exports.tick(BigInt(now)))
    this.#succeed('tick', code)
  }

  /** What it has put out since the last call. */
  take(): Result[] {
    const { memory } = this.#exports
    const at = this.#call('usual', () => this.#exports.outputs()) >>> 0
    const words = new DataView(memory.buffer)
    const length = words.getUint32(at + LENGTH_AT, true)
    this.dropped += words.getUint32(at + DROPPED_AT, true)
    if (length === 0) return []
    return this.#decoder.decode(new DataView(memory.buffer, at + CONTENT_AT, length))
  }

  snapshot(): Uint8Array<ArrayBuffer> {
    const at = this.#call('usual', () => this.#exports.snapshot()) >>> 0
    const { buffer } = this.#exports.memory
    const length = new DataView(buffer).getUint32(at + LENGTH_AT, true)
    return new Uint8Array(buffer, at + CONTENT_AT, length).slice()
  }

  restore(state: Uint8Array): void {
    const code = this.#call('rare', () => this.#exports.restore(this.#put(state), state.length))
    this.#succeed('restore', code)
  }

  #configure(given: object): void {
    const bytes = new TextEncoder().encode(JSON.stringify(given))
    const code = this.#call('rare', () => this.#exports.configure(this.#put(bytes), bytes.length))
    // Names that it has defined, or why it refuses.
    this.take()
    if (code === CODE_DONE) return
    throw new GridError(
      'input',
      `processor ${this.name} refuses its configuration: ${this.#decoder.takeRefusal()}`,
      { hint: 'Its settings stand in the site file under processors.' },
    )
  }

  #call<Value>(call: Call, work: () => Value): Value {
    this.#watch.begin(call)
    try {
      return work()
    } finally {
      this.#watch.end()
    }
  }

  #put(bytes: Uint8Array): number {
    const at = this.#exports.alloc(bytes.length) >>> 0
    new Uint8Array(this.#exports.memory.buffer, at, bytes.length).set(bytes)
    return at
  }

  #succeed(call: string, code: number): void {
    if (code !== CODE_DONE) {
      throw new GridError('input', `processor ${this.name}: ${call} ended with code ${code}`)
    }
  }

  #view(): BatchColumns {
    const { buffer } = this.#exports.memory
    const at = this.#batchAt >>> 0
    return {
      times: new Uint32Array(buffer, at + TIMES_AT, 2 * BATCH_ROWS),
      values: new Float64Array(buffer, at + VALUES_AT, BATCH_ROWS),
      points: new Uint32Array(buffer, at + POINTS_AT, BATCH_ROWS),
      qualities: new Uint16Array(buffer, at + QUALITIES_AT, BATCH_ROWS),
    }
  }
}

/** One call of `configure` stays small, so that a module's memory does not have to hold the whole site as text. */
const ENTRIES_AT_ONCE = 100

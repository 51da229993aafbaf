import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { AuditEntry } from '../audit.ts'
import { isCorrupt } from '../damage/corrupt.ts'
import { type RecordedStep, readClockSteps } from '../clock-steps.ts'
import { checkFormat } from '../format-check.ts'
import { type AuditQuery, auditDropped, auditEntries } from './audit-list.ts'
import type { LatestReadings } from '../latest.ts'
import { recallLatest } from '../latest-recall.ts'
import { Conflicts } from './conflicts.ts'
import { type StoredFault, faultsOf } from './fault-list.ts'
import { goodSteps } from './good-steps.ts'
import { HistoryReader } from './history-reader.ts'
import { latestSteps } from './latest-steps.ts'
import { StoredNames } from './stored-names.ts'
import { type ReadingsChunk, type ReadingsQuery, type StoredPoint } from './readings-query.ts'
import { ReadingsWalk } from './readings-walk.ts'
import { levelsWithin } from '../rollups/levels.ts'
import { DevicesSource } from '../rollups/devices-source.ts'
import { WindowSource } from '../rollups/window-source.ts'
import { type Selection, selectPoints } from './selection.ts'
import { EXTREME_PARTS, partsFor } from './window-sums.ts'
import { type WindowQuery, aggregateChooser, rangeOf, windowSteps } from './window-steps.ts'

/**
 * Reads the journal beside a running edge, or without one. It changes nothing in it, though SQLite may leave an empty `-wal` and a
 * `-shm` beside a journal that no edge has open, and it never holds a snapshot for long.
 */
export class StoreReader {
  readonly #directory: string
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #names: StoredNames
  readonly #history: HistoryReader | undefined

  static open(directory: string): StoreReader {
    const path = join(directory, 'journal.db')
    if (!existsSync(path)) {
      throw new GridError('not-found', `${directory}: no journal.db in this folder`, {
        hint: 'Name the data folder of an edge, the one given to busbar edge --data.',
      })
    }
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: limits.readerBusyMs })
      database.exec(`PRAGMA query_only = 1; PRAGMA cache_size = -${limits.readerCacheKib}`)
      checkFormat(database, path)
      return new StoreReader(database, path, HistoryReader.open(directory))
    } catch (thrown) {
      database?.close()
      throw readFault(thrown, path)
    }
  }

  private constructor(database: DatabaseSync, path: string, history: HistoryReader | undefined) {
    this.#directory = dirname(path)
    this.#path = path
    this.#history = history
    this.#database = database
    this.#names = new StoredNames(database)
  }

  /** Size of journal and history with what the write-ahead log has of it; nothing but the log's own, bounded overhead is left out. */
  get bytes(): number {
    return this.#read(() => {
      const pragma = (name: string): number =>
        Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name])
      return pragma('page_count') * pragma('page_size') + (this.#history?.bytes ?? 0)
    })
  }

  /** Every point, by number, read in steps. */
  points(): Generator<StoredPoint> {
    return this.#guarded(this.#names.points())
  }

  /** In the order of their names; empty for a device that the store does not know. */
  pointsOf(device: string): readonly StoredPoint[] {
    return this.#read(() => this.#names.pointsOf(device))
  }

  point(number: number): StoredPoint | undefined {
    return this.#read(() => this.#names.point(number))
  }

  /** In order of time, then point, each once. Rows that arrive behind the place where the query stands are not in it. */
  *readings(query: ReadingsQuery): Generator<ReadingsChunk> {
    for (const chunk of this.steps(query)) if (chunk !== undefined) yield chunk
  }

  /** As `readings`, with undefined after each few milliseconds of work that found nothing to hand out. */
  steps(query: ReadingsQuery): Generator<ReadingsChunk | undefined> {
    return this.#guarded(this.#answer(query))
  }

  *#answer(query: ReadingsQuery): Generator<ReadingsChunk | undefined> {
    const selection = selectPoints(this.#database, query)
    if (selection === undefined) return
    const { windows, goodOnly = false } = query
    if (windows !== undefined) {
      yield* this.#windows({ ...query, windows }, selection)
      return
    }
    const chunks = new ReadingsWalk(this.#database, this.#history, { ...query, selection }).steps()
    yield* goodOnly ? goodSteps<never>(chunks) : chunks
  }

  #windows(query: WindowQuery, selection: Selection): Generator<ReadingsChunk | undefined> {
    const { goodOnly = false, windows } = query
    const aggregateOf = aggregateChooser(
      windows.aggregate,
      (point) => this.#names.point(point)?.quantity ?? '',
    )
    const wanted = {
      ...rangeOf(query),
      selection,
      goodOnly,
      step: windows.step,
      depth: levelsWithin(windows.step),
      partsFor: (point: number) => [
        ...partsFor(aggregateOf(point)),
        ...(windows.withExtremes === true ? EXTREME_PARTS : []),
      ],
    }
    const [device, other] = selection.deviceNumbers ?? []
    const items =
      device !== undefined && other === undefined
        ? new WindowSource(this.#database, this.#history).steps(wanted, device)
        : new DevicesSource(this.#database, this.#history).steps(wanted)
    return windowSteps(goodOnly ? goodSteps(items) : items, query, aggregateOf)
  }

  /** The latest reading of each point, by number; of one device by name. `latest`: of a running edge; else it is read from the folder. */
  latest(
    { device, quantity }: Pick<ReadingsQuery, 'device' | 'quantity'>,
    latest: LatestReadings = this.#recallLatest(),
  ): Generator<ReadingsChunk> {
    const all = device === undefined ? this.#names.points() : this.#names.pointsOf(device)
    const points = Iterator.from(all).filter(
      (point) => quantity === undefined || point.quantity === quantity,
    )
    const conflicts = new Conflicts(this.#database)
    const chunks = latestSteps(points, latest)
    return this.#guarded(
      chunks.map((chunk) => {
        conflicts.mark(chunk)
        return chunk
      }),
    )
  }

  #recallLatest(): LatestReadings {
    return this.#read(() => recallLatest(this.#database, this.#directory))
  }

  /** Commands that were asked for, and what came of them; the newest first. */
  audit(query: AuditQuery): Generator<AuditEntry> {
    return this.#guarded(auditEntries(this.#database, query))
  }

  /** Payloads that were refused, the newest first. */
  faults(query: AuditQuery): Generator<StoredFault> {
    return this.#guarded(faultsOf(this.#database, query))
  }

  /** Records of commands that had to make room for later ones. */
  get auditDropped(): number {
    return this.#read(() => auditDropped(this.#database))
  }

  /** The newest first. */
  clockSteps(): readonly RecordedStep[] {
    return this.#read(() => readClockSteps(this.#database))
  }

  close(): void {
    this.#history?.close()
    this.#database.close()
  }

  #read<Result>(lookup: () => Result): Result {
    try {
      return lookup()
    } catch (thrown) {
      throw readFault(thrown, this.#path)
    }
  }

  *#guarded<Item>(items: Iterable<Item>): Generator<Item> {
    try {
      yield* items
    } catch (thrown) {
      throw readFault(thrown, this.#path)
    }
  }
}

/** SQLite speaks of databases and disk images; an operator has a journal and a disk. */
function readFault(thrown: unknown, path: string): unknown {
  if (errorCode(thrown) !== 'ERR_SQLITE_ERROR') return thrown
  if (isCorrupt(thrown)) {
    return new GridError('corrupt', `${path} or its history is damaged: ${errorText(thrown)}`, {
      hint: 'See busbar doctor --data DIR. An edge mends what it can when it is started again.',
      cause: thrown,
    })
  }
  return new GridError('disk', `${path} cannot be read: ${errorText(thrown)}`, {
    hint: 'Check that the folder and its disk can be read and written: even a reader needs journal.db-shm there.',
    cause: thrown,
  })
}

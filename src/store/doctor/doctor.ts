import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'
import { asideNames, isCorrupt, readMarker } from '../damage/corrupt.ts'
import { historyPath } from '../history/history-file.ts'
import { journalPath } from '../journal.ts'
import { Books } from './books.ts'
import { type Finding, type Progress, REPAIR } from './finding.ts'
import { examineHistory } from './history-check.ts'
import { examineJournal } from './journal-check.ts'
import { examinePast } from './past-check.ts'
import { PinnedPair } from './pinned.ts'

export type Step = Finding | Progress

/** What `integrity_check` says of one file at most. */
const COMPLAINTS = 20

/**
 * Looks at everything in a data folder, with or without an edge beside it, and changes nothing. Yields what is wrong, and how far it is, so that
 * whoever reads may show that.
 */
export function* examine(directory: string): Generator<Step, void> {
  yield* asides(directory)
  const empty = missing(directory)
  if (empty !== undefined) {
    yield empty
    return
  }
  let pair: PinnedPair
  try {
    pair = new PinnedPair(directory)
  } catch (thrown) {
    if (!isCorrupt(thrown)) throw thrown
    yield { file: directory, text: errorText(thrown), advice: REPAIR }
    return
  }
  try {
    const { journal, history } = pair
    const [journalBytes, historyBytes] = [journalPath(directory), historyPath(directory)].map(
      (path) => (existsSync(path) ? statSync(path).size : 0),
    ) as [number, number]
    // Each file is read twice: its pages, then what they mean.
    const total = 2 * (journalBytes + historyBytes)
    yield { what: 'pages of journal.db', done: 0, total }
    yield* pages(journal, 'journal.db')
    yield { what: 'pages of history.db', done: journalBytes, total }
    if (history !== undefined) yield* pages(history, 'history.db')
    const done = journalBytes + historyBytes
    const books = new Books(pair)
    yield* guarded('history.db', examineHistory(books, { done, total }))
    yield* guarded('history.db', examinePast(books))
    yield* guarded('journal.db', examineJournal(books, { done: done + historyBytes, total }))
    yield* books.differences()
    yield { what: 'done', done: total, total }
  } finally {
    pair[Symbol.dispose]()
  }
}

function* asides(directory: string): Generator<Finding> {
  for (const name of asideNames(directory)) {
    yield {
      file: name,
      text: 'was left when damage was put aside',
      advice:
        'Read the report, make a backup, then take the files whose names have .damaged- out of the folder.',
    }
  }
  const marker = readMarker(directory)
  if (marker === undefined) return
  yield {
    file: directory,
    text: `an edge met damage: ${marker}`,
    advice: 'Start the edge again: it mends what it can.',
  }
}

/** One of two files that belong together. Of a folder that has neither, it is said that there is nothing in it. */
function missing(directory: string): Finding | undefined {
  const paths = [journalPath(directory), historyPath(directory)]
  const [journal, history] = paths.map((path) => statSync(path, { throwIfNoEntry: false })?.size)
  if (journal === undefined && history === undefined) return undefined
  if ((journal ?? 0) === 0)
    return { file: 'journal.db', text: 'is missing or has no bytes', advice: REPAIR }
  if (history === 0) return { file: 'history.db', text: 'has no bytes', advice: REPAIR }
  return undefined
}

function* pages(db: DatabaseSync, file: string): Generator<Finding> {
  try {
    for (const row of db.prepare(`PRAGMA integrity_check(${COMPLAINTS})`).iterate()) {
      const text = String(row['integrity_check'])
      if (text !== 'ok') yield { file, text: text.replaceAll(/\s+/g, ' '), advice: REPAIR }
    }
  } catch (thrown) {
    yield { file, text: errorText(thrown), advice: REPAIR }
  }
}

/** A page that is damaged ends the look at one file, not at the other. */
function* guarded(file: string, steps: Generator<Step>): Generator<Step> {
  try {
    yield* steps
  } catch (thrown) {
    if (!isCorrupt(thrown)) throw thrown
    yield { file, text: `could not be read to the end: ${errorText(thrown)}`, advice: REPAIR }
  }
}

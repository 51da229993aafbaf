import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'
import { type Head, type SignedHead, isSignedHead, isSignedText, readAnchor } from './log-head.ts'
import { isNote, notes, rowHash } from './log-row.ts'
import {
  ANCHOR_FILE,
  type StoredBeginning,
  openLogForReading,
  rowsOf,
  storedBeginning,
  storedHead,
} from './log-rows.ts'

export interface Verification {
  readonly rows: number
  /** Of the first and the last row that is kept; 0: there is none. */
  readonly firstNumber: number
  readonly lastNumber: number
  /** The head that the log has now; an auditor keeps it, and asks next time whether it is still in there. */
  readonly head: Head | undefined
  /** The number of the first row that is not as it was written; undefined: the rows are whole. */
  readonly firstBad: number | undefined
  /** In sentences; empty: nothing is wrong. */
  readonly faults: readonly string[]
  /** Starts that no stop came before: decisions of up to one interval before each may not be counted. */
  readonly uncleanEnds: number
}

export interface VerifyOptions {
  readonly directory: string
  /** The public key of this edge, as it was noted down by whoever verifies. */
  readonly key: KeyObject
  readonly anchorPath?: string | undefined
  /** A head that was noted down earlier, of a certificate for instance. */
  readonly earlier?: Head | undefined
}

/** Reads every row of the log, of an edge that runs or not, and compares it with what was signed. Changes nothing. */
export function verifyLog(options: VerifyOptions): Verification {
  const { directory, anchorPath = join(directory, ANCHOR_FILE) } = options
  // Before the log, which may grow meanwhile: what the anchor names is then in there.
  const anchor = anchorOf(anchorPath)
  const db = openLogForReading(directory)
  try {
    db.exec('BEGIN')
    return new Walk(db, options).verify(anchor)
  } finally {
    db.close()
  }
}

/** A head, a fault, or neither where there is no file. */
function anchorOf(path: string): SignedHead | string | undefined {
  try {
    return readAnchor(path)
  } catch (thrown) {
    return errorText(thrown)
  }
}

class Walk {
  readonly #db: DatabaseSync
  readonly #key: KeyObject
  readonly #earlier: Head | undefined
  readonly #faults: string[] = []
  /** Hashes of the rows that heads name. */
  readonly #named = new Map<number, string>()
  #firstBad: number | undefined
  #rows = 0
  #firstNumber = 0
  #number = 0
  #hash = ''
  #isOpen = false
  #uncleanEnds = 0

  constructor(db: DatabaseSync, { key, earlier }: VerifyOptions) {
    this.#db = db
    this.#key = key
    this.#earlier = earlier
  }

  verify(anchor: SignedHead | string | undefined): Verification {
    const head = storedHead(this.#db)
    const anchorHead = typeof anchor === 'string' ? undefined : anchor
    for (const each of [anchorHead, this.#earlier]) {
      if (each !== undefined) this.#named.set(each.number, '')
    }
    const beginning = storedBeginning(this.#db)
    this.#checkBeginning(beginning)
    this.#walkRows(beginning)
    this.#checkHead(head)
    this.#checkAnchor(anchor)
    if (this.#earlier !== undefined) this.#checkEarlier(this.#earlier, beginning)
    return {
      rows: this.#rows,
      firstNumber: this.#firstNumber,
      lastNumber: this.#number,
      head,
      firstBad: this.#firstBad,
      faults: this.#faults,
      uncleanEnds: this.#uncleanEnds,
    }
  }

  #checkBeginning({ body, signature, number, hash }: StoredBeginning): void {
    this.#number = number
    this.#hash = hash
    if (body !== '' && !isSignedText(body, signature, this.#key)) {
      this.#faults.push('what was before the first row is not signed by this edge')
    }
  }

  #walkRows({ number: before }: StoredBeginning): void {
    for (const row of rowsOf(this.#db)) {
      if (this.#rows++ === 0) this.#firstNumber = row.number
      const expected = this.#number + 1
      if (row.number !== expected) {
        const gap =
          expected === row.number - 1
            ? `row ${expected} is`
            : `rows ${expected} to ${row.number - 1} are`
        this.#bad(expected, `${gap} missing`)
      } else if (rowHash(this.#hash, row) !== row.hash) {
        this.#bad(row.number, `row ${row.number} is not as it was written`)
      }
      this.#number = row.number
      this.#hash = row.hash
      if (this.#named.has(row.number)) this.#named.set(row.number, row.hash)
      if (isNote(row)) this.#heed(row.reason)
    }
    if (this.#rows === 0 && before > 0) this.#bad(before + 1, 'every row is missing')
  }

  /** The first one is named; what follows from it would only hide it. */
  #bad(number: number, text: string): void {
    if (this.#firstBad !== undefined) return
    this.#firstBad = number
    this.#faults.push(text)
  }

  /** What the edge noticed of its log when it opened it, and whether it was closed before. */
  #heed(text: string): void {
    if (text === notes.closed) this.#isOpen = false
    else if (text !== notes.opened) this.#faults.push(`noticed at a start: ${text}`)
    else {
      if (this.#isOpen) this.#uncleanEnds++
      this.#isOpen = true
    }
  }

  #checkHead(head: SignedHead | undefined): void {
    if (head === undefined) {
      if (this.#rows > 0) this.#faults.push('the log has rows, but no head')
    } else if (!isSignedHead(head, this.#key)) {
      this.#faults.push('the head of the log is not signed by this edge')
    } else if (head.number > this.#number) {
      this.#bad(
        this.#number + 1,
        `the log ends with row ${this.#number}, its head names ${head.number}`,
      )
    } else if (head.number < this.#number) {
      this.#bad(head.number + 1, `rows from ${head.number + 1} on are not covered by the head`)
    } else if (head.hash !== this.#hash) {
      this.#bad(head.number, `row ${head.number} is not the one that its head names`)
    }
  }

  #checkAnchor(anchor: SignedHead | string | undefined): void {
    if (typeof anchor === 'string') this.#faults.push(anchor)
    else if (anchor === undefined) {
      if (this.#rows > 0) this.#faults.push('the head that is kept elsewhere is missing')
    } else if (!isSignedHead(anchor, this.#key)) {
      this.#faults.push('the head that is kept elsewhere is not signed by this edge')
    } else this.#compare(anchor, 'the head that is kept elsewhere')
  }

  #checkEarlier(earlier: Head, { number }: StoredBeginning): void {
    // Row and all before it made room; what signed them is all that is left of them.
    if (earlier.number <= number && number > 0) return
    this.#compare(earlier, 'the head that was noted down earlier')
  }

  #compare({ number, hash }: Head, whose: string): void {
    if (number > this.#number) {
      this.#bad(
        this.#number + 1,
        `the log ends with row ${this.#number}, ${whose} names ${number}: it is an older or shorter one`,
      )
    } else if (this.#named.get(number) !== hash) {
      this.#bad(number, `row ${number} is not the one that ${whose} names: the log is another one`)
    }
  }
}

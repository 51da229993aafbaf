import type { PointEntry, SubjectEntry, SubjectKind } from './subjects.ts'

/** What the site file says there is, in the order of the file. */
export interface SiteEntry {
  readonly kind: SubjectKind
  readonly id: string
  readonly entry: unknown
}

/** A number that was given before, and stays. */
export interface NumberedSubject {
  readonly number: number
  readonly kind: string
  readonly id: string
}

/** A point as the journal names it. */
export interface NamedPoint {
  readonly number: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
}

/** Numbers what results can be about, and knows what the site file says of it. */
export class SiteBook {
  readonly #byId = new Map<string, SubjectEntry>()
  readonly #all: SubjectEntry[] = []
  #fresh: SubjectEntry[] = []
  #next = 0

  constructor(known: readonly NumberedSubject[], site: readonly SiteEntry[]) {
    const numbers = new Map(known.map(({ number, kind, id }) => [keyOf(kind, id), number]))
    this.#next = known.reduce((next, { number }) => Math.max(next, number + 1), 0)
    for (const { kind, id, entry } of site) {
      const number = numbers.get(keyOf(kind, id))
      numbers.delete(keyOf(kind, id))
      this.#add({ number: number ?? this.#next++, kind, id, entry }, number === undefined)
    }
    // Devices that the file does not have, or no more: their numbers are in snapshots.
    for (const { number, kind, id } of known) {
      if (numbers.has(keyOf(kind, id)))
        this.#add({ number, kind: kind as SubjectKind, id, entry: undefined }, false)
    }
    this.#all.sort((one, other) => one.number - other.number)
  }

  /** All so far, by number. */
  get all(): readonly SubjectEntry[] {
    return this.#all
  }

  numbered(number: number): SubjectEntry | undefined {
    return this.#all[number]
  }

  /** Those that have been numbered since the last call, to be written down with the next results. */
  takeFresh(): readonly SubjectEntry[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }

  pointEntry({ number, device, quantity, unit }: NamedPoint): PointEntry {
    let subject = this.#byId.get(keyOf('device', device))
    if (subject === undefined) {
      subject = { number: this.#next++, kind: 'device', id: device, entry: undefined }
      this.#add(subject, true)
    }
    return { number, subject: subject.number, quantity, unit }
  }

  #add(subject: SubjectEntry, isFresh: boolean): void {
    this.#byId.set(keyOf(subject.kind, subject.id), subject)
    this.#all.push(subject)
    if (isFresh) this.#fresh.push(subject)
  }
}

function keyOf(kind: string, id: string): string {
  return `${kind} ${id}`
}

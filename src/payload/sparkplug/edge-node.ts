import type { Control } from './control.ts'
import type { Metric } from './metric.ts'

/** What a birth says of a metric, for all the messages that follow. */
export interface Definition {
  readonly name: string
  readonly datatype: number | undefined
  readonly unit: string
}

/** What is known of one edge node since its birth: its metrics, those of its devices, and how far its numbers go. */
export class EdgeNode {
  readonly group: string
  isOnline = false
  /** Of the birth; a death with another one belongs to an earlier connection. */
  bdSeq: number | undefined
  /** Since when messages are missing, by the numbers of those that came. */
  gapSinceMs: number | undefined
  /** Something that a birth would have told us was not known. */
  needsBirth = false
  /** No rebirth is asked for before then. */
  mayAskMs = 0
  #nextSeq = 0
  /** Numbers that came before those which are missing. */
  readonly #ahead = new Set<number>()
  /** By the name of the device; the node's own under the empty name. */
  readonly #metrics = new Map<string, Map<string, Definition>>()
  readonly #aliases = new Map<string, { readonly owner: string; readonly definition: Definition }>()

  constructor(group: string) {
    this.group = group
  }

  /** What it takes to remember it. */
  get size(): number {
    let size = 1
    for (const metrics of this.#metrics.values()) size += metrics.size + 1
    return size
  }

  get devices(): readonly string[] {
    return [...this.#metrics.keys()].filter((name) => name !== '')
  }

  /** All that was known before is forgotten. */
  begin(seq: number, bdSeq: number | undefined): void {
    this.isOnline = true
    this.bdSeq = bdSeq
    this.needsBirth = false
    this.gapSinceMs = undefined
    this.#nextSeq = (seq + 1) % SEQUENCE
    this.#ahead.clear()
    this.#metrics.clear()
    this.#aliases.clear()
  }

  /** Counts a message. What comes out of order is used as it comes; only what stays away is missed. */
  count(seq: number, nowMs: number): void {
    this.#ahead.add(seq)
    while (this.#ahead.delete(this.#nextSeq)) this.#nextSeq = (this.#nextSeq + 1) % SEQUENCE
    if (this.#ahead.size === 0) this.gapSinceMs = undefined
    else this.gapSinceMs ??= nowMs
  }

  define(owner: string, metrics: readonly Metric[]): void {
    this.forget(owner)
    const definitions = new Map<string, Definition>()
    for (const { name, alias, datatype, unit = '' } of metrics) {
      if (name === undefined) continue
      const definition = { name, datatype, unit }
      definitions.set(name, definition)
      if (alias !== undefined) this.#aliases.set(alias, { owner, definition })
    }
    this.#metrics.set(owner, definitions)
  }

  knows(owner: string): boolean {
    return this.#metrics.has(owner)
  }

  definitionOf(owner: string, { name, alias }: Metric): Definition | undefined {
    if (name !== undefined) return this.#metrics.get(owner)?.get(name)
    const known = alias === undefined ? undefined : this.#aliases.get(alias)
    return known?.owner === owner ? known.definition : undefined
  }

  /** A metric that the birth has, as a command must name it. */
  controlOf(owner: string, name: string): Control | undefined {
    const definition = this.#metrics.get(owner)?.get(name)
    if (definition === undefined) return undefined
    const [alias] = [...this.#aliases].find(([, known]) => known.definition === definition) ?? []
    return { name, alias, datatype: definition.datatype }
  }

  definitionsOf(owner: string): readonly Definition[] {
    return [...(this.#metrics.get(owner)?.values() ?? [])]
  }

  forget(owner: string): void {
    this.#metrics.delete(owner)
    for (const [alias, known] of this.#aliases) {
      if (known.owner === owner) this.#aliases.delete(alias)
    }
  }
}

/** `seq` goes from 0 to 255 and round. */
const SEQUENCE = 256

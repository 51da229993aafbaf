import {
  type Document,
  type Pair,
  type YAMLMap,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml'
import type { Fault, Path } from './fault.ts'

/** The content of a YAML text as plain values, and the way back from a value to its place. */
export interface YamlText {
  /** Maps, lists and scalars; meaningless when `broken`. */
  readonly value: unknown
  readonly faults: readonly Fault[]
  /** The text is not YAML, so there is no sense in looking at what it says. */
  readonly broken: boolean
  /** Of the key or of the value at `path`; of what encloses it when it is missing. */
  offsetOf(path: Path, part: 'key' | 'value'): number
}

/**
 * A small YAML: no aliases, so that no text can stand for more than it is long; no tags of its own; keys are text and
 * stand once in a map. Keys are compared here because the library compares each with each, which a long map turns into hours.
 */
export function readYaml(text: string): YamlText {
  const document: Document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  })
  const places = new Places(document)
  const offsetOf = (path: Path, part: 'key' | 'value'): number => places.offsetOf(path, part)
  const faults = syntaxFaults(document, text)
  if (faults.length > 0) return { value: undefined, faults, broken: true, offsetOf }
  const value = plain(document.contents, faults)
  return { value, faults, broken: false, offsetOf }
}

function syntaxFaults(document: Document, text: string): Fault[] {
  const unreadable = text.indexOf('\uFFFD')
  if (unreadable >= 0) return [{ offset: unreadable, text: 'a character that is not UTF-8' }]
  const errors = [...document.errors, ...document.warnings]
  const deepest = errors.findLast(({ code }) => code === 'RESOURCE_EXHAUSTION')
  if (deepest !== undefined) return [{ offset: deepest.pos[0], text: 'nested too deeply' }]
  const faults = errors.map(({ code, message, pos }) => ({
    offset: pos[0],
    text: WORDS[code] ?? message,
  }))
  visit(document, {
    Alias(_, node) {
      faults.push({ offset: startOf(node), text: 'an alias; write out what it stands for' })
    },
  })
  return faults
}

/** Where the words of the library speak to a programmer. */
const WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab; indent with spaces',
  MULTIPLE_DOCS: 'a second document; a site file is one',
  TAG_RESOLVE_FAILED: 'a tag that a site file does not have',
}

function plain(node: unknown, faults: Fault[]): unknown {
  if (isScalar(node)) return node.value
  if (isSeq(node)) return node.items.map((item) => plain(item, faults))
  if (isMap(node)) {
    const entries = new Map<string, unknown>()
    for (const pair of node.items) {
      const key = keyOf(pair)
      const offset = startOf(pair.key)
      if (key === undefined) faults.push({ offset, text: 'a key that is not text' })
      else if (entries.has(key)) faults.push({ offset, text: `${key}: given twice` })
      else entries.set(key, plain(pair.value, faults))
    }
    return Object.fromEntries(entries)
  }
  return null
}

class Places {
  readonly #document: Document
  /** Built for a map when something in it is first asked for: most files have nothing to ask. */
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string | undefined, Pair>>()

  constructor(document: Document) {
    this.#document = document
  }

  offsetOf(path: Path, part: 'key' | 'value'): number {
    let node: unknown = this.#document.contents
    let offset = startOf(node)
    for (const [at, step] of path.entries()) {
      if (isSeq(node)) {
        node = node.items[Number(step)]
      } else {
        const pair = isMap(node) ? this.#pairsOf(node).get(String(step)) : undefined
        if (pair === undefined) return offset
        if (part === 'key' && at === path.length - 1) return startOf(pair.key)
        node = pair.value
      }
      offset = startOf(node)
    }
    return offset
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string | undefined, Pair> {
    const known = this.#pairs.get(map)
    if (known !== undefined) return known
    // The first of two equal keys is the one that counts, so it is entered last.
    const pairs = new Map(map.items.toReversed().map((pair) => [keyOf(pair), pair]))
    this.#pairs.set(map, pairs)
    return pairs
  }
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) && typeof key.value === 'string' ? key.value : undefined
}

function startOf(node: unknown): number {
  const known = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
  return known ? (node.range?.[0] ?? 0) : 0
}

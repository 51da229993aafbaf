import { readFileSync } from 'node:fs'

/** A numbered statement of MQTT 5.0, in words of our own. */
export interface Statement {
  readonly id: string
  readonly says: string
  readonly state: 'held' | 'by-design' | 'gap' | 'not-a-server-rule'
  /** `file: name of a test`; what is held has one at least. */
  readonly tests?: readonly string[]
  /** What enforces it, where one file does. */
  readonly file?: string
  /** What is by design, and what is missing, says why. */
  readonly why?: string
}

export function readManifest(): Statement[] {
  return JSON.parse(readFileSync(new URL('mqtt5.json', import.meta.url), 'utf8')) as Statement[]
}

/** What is wrong with the manifest by itself, a line for each fault. */
export function faultsOf(statements: readonly Statement[]): string[] {
  const faults: string[] = []
  let last: readonly number[] = []
  for (const statement of statements) {
    const place = /^MQTT-(\d+)\.(\d+)\.(\d+)-(\d+)$/.exec(statement.id)?.slice(1).map(Number)
    if (place === undefined) faults.push(`${statement.id} is no id`)
    else if (!isAfter(place, last)) faults.push(`${statement.id} is there twice or out of order`)
    last = place ?? last
    faults.push(...faultsOfOne(statement))
  }
  return faults
}

function faultsOfOne({ id, says, state, tests = [], why }: Statement): string[] {
  const faults: string[] = []
  if (!/^[A-Z#+][^|]{15,}\.$/.test(says)) faults.push(`${id} says nothing`)
  switch (state) {
    case 'held':
      if (tests.length === 0) faults.push(`${id} is held by no test`)
      if (why !== undefined) faults.push(`${id} is held and needs no reason`)
      break
    case 'by-design':
    case 'gap':
      if (why === undefined) faults.push(`${id} gives no reason`)
      break
    case 'not-a-server-rule':
      break
  }
  if (!STATES.has(state)) faults.push(`${id} has no state`)
  return faults
}

const STATES: ReadonlySet<string> = new Set(['held', 'by-design', 'gap', 'not-a-server-rule'])

/** The names of the tests of a file, as far as they are plain strings. */
export function testNames(source: string): Set<string> {
  const names = source.matchAll(/^\s*test\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*,/gm)
  return new Set([...names].map(([, single, double]) => single ?? double ?? ''))
}

/** The statements that a source file cites: `[MQTT-1.5.4-1]`. */
export function citedIds(source: string): string[] {
  return [...source.matchAll(/\bMQTT-\d+(?:\.\d+)*-\d+/g)].map(([id]) => id)
}

function isAfter(place: readonly number[], other: readonly number[]): boolean {
  for (const [at, number] of place.entries()) {
    const before = other[at] ?? -1
    if (number !== before) return number > before
  }
  return false
}

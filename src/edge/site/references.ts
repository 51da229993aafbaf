import { limits } from '../../core/limits.ts'
import { type Pattern, parsePattern, writeOut } from './device-pattern.ts'
import { type Fault, type Path, formatPath } from './fault.ts'
import { suggestion } from '../../core/nearest.ts'
import type { YamlText } from './yaml-text.ts'

/**
 * Whether what is named exists and is named once. Looks at the file as it was written, whether or not it has the right shape,
 * so that one run tells every fault; what is no text is passed over, because the schema complains about it.
 */
export function checkReferences(yaml: YamlText): Fault[] {
  const faults = new Faults(yaml)
  const network: Network = {
    voltageLevels: namesOf('voltageLevels', faults),
    transformers: namesOf('transformers', faults),
    feeders: namesOf('feeders', faults),
  }
  for (const entry of entriesOf(yaml.value, 'transformers')) {
    refer(entry, 'from', network.voltageLevels, faults)
    refer(entry, 'to', network.voltageLevels, faults)
    const { from, to } = entry.texts
    if (from !== undefined && from === to) {
      faults.add([...entry.path, 'to'], 'the same voltage level as from')
    }
  }
  checkFeeders(network, faults)
  checkHeads(checkDevices(network, faults), faults)
  return faults.list
}

interface Entry {
  readonly path: Path
  /** Those of its fields that are text. */
  readonly texts: Readonly<Record<string, string>>
}

/** What may be referred to: the name of the list, and its entries by id. */
interface Names {
  readonly list: string
  readonly entries: ReadonlyMap<string, Entry>
}

interface Network {
  readonly voltageLevels: Names
  readonly transformers: Names
  readonly feeders: Names
}

class Faults {
  readonly yaml: YamlText
  readonly list: Fault[] = []

  constructor(yaml: YamlText) {
    this.yaml = yaml
  }

  add(path: Path, text: string): void {
    const offset = this.yaml.offsetOf(path, 'value')
    this.list.push({ offset, text: `${formatPath(path)}: ${text}` })
  }
}

function namesOf(list: string, faults: Faults): Names {
  const entries = new Map<string, Entry>()
  for (const entry of entriesOf(faults.yaml.value, list)) {
    const { id } = entry.texts
    if (id === undefined) continue
    if (entries.has(id)) faults.add([...entry.path, 'id'], `"${id}" is given twice`)
    else entries.set(id, entry)
  }
  return { list, entries }
}

function refer(entry: Entry, key: string, names: Names, faults: Faults): void {
  const text = entry.texts[key]
  if (text === undefined || names.entries.has(text)) return
  faults.add([...entry.path, key], missing(text, names))
}

function missing(text: string, { list, entries }: Names): string {
  return `"${text}" is not in ${list}${suggestion(text, entries.keys())}`
}

function checkFeeders(network: Network, faults: Faults): void {
  for (const entry of entriesOf(faults.yaml.value, 'feeders')) {
    refer(entry, 'voltageLevel', network.voltageLevels, faults)
    refer(entry, 'transformer', network.transformers, faults)
    const { voltageLevel, transformer = '' } = entry.texts
    const ends = network.transformers.entries.get(transformer)?.texts
    if (ends === undefined || voltageLevel === undefined) continue
    if (ends['from'] === voltageLevel || ends['to'] === voltageLevel) continue
    const text = `transformer "${transformer}" has no end at voltage level "${voltageLevel}"`
    faults.add([...entry.path, 'transformer'], text)
  }
}

/** Ids of all devices, written out. */
function checkDevices(network: Network, faults: Faults): ReadonlySet<string> {
  const ids = new Set<string>()
  let devices = 0
  for (const entry of entriesOf(faults.yaml.value, 'devices')) {
    const pattern = parsePattern(entry.texts['id'] ?? '')
    if (typeof pattern === 'string') {
      faults.add([...entry.path, 'id'], pattern)
      continue
    }
    devices += pattern.devices
    if (devices > limits.devices) {
      faults.add(entry.path, `with those before it more than ${limits.devices} devices`)
      return ids
    }
    if (entry.texts['id'] !== undefined) checkIds({ entry, pattern, ids }, faults)
    checkPlace(entry, { pattern, network }, faults)
  }
  return ids
}

function checkHeads(ids: ReadonlySet<string>, faults: Faults): void {
  for (const entry of entriesOf(faults.yaml.value, 'feeders')) {
    const { head } = entry.texts
    if (head === undefined || ids.has(head)) continue
    faults.add([...entry.path, 'head'], `"${head}" is not in devices${suggestion(head, ids)}`)
  }
}

interface WrittenOut {
  readonly entry: Entry
  readonly pattern: Pattern
  /** Of the devices before it; grows. */
  readonly ids: Set<string>
}

function checkIds({ entry, pattern, ids }: WrittenOut, faults: Faults): void {
  for (let index = 0; index < pattern.devices; index++) {
    const id = writeOut(pattern.id, pattern, index)
    if (id === 'alarms') faults.add([...entry.path, 'id'], `"alarms" is a name of the edge's own`)
    const twice = ids.has(id)
    ids.add(id)
    if (twice) faults.add([...entry.path, 'id'], `"${id}" is given twice`)
    if (id.length > limits.deviceBytes) {
      faults.add([...entry.path, 'id'], `an id has at most ${limits.deviceBytes} characters`)
      return
    }
  }
}

function checkPlace(
  entry: Entry,
  { pattern, network }: { readonly pattern: Pattern; readonly network: Network },
  faults: Faults,
): void {
  const places = [
    { key: 'feeder', names: network.feeders },
    { key: 'transformer', names: network.transformers },
    { key: 'voltageLevel', names: network.voltageLevels },
  ].filter(({ key }) => entry.texts[key] !== undefined)
  for (const [at, { key, names }] of places.entries()) {
    const path = [...entry.path, key]
    if (at > 0) faults.add(path, `${places[0]?.key} already says where the device hangs`)
    const text = entry.texts[key] ?? ''
    const written = new Set<string>()
    const count = text.includes('{') ? pattern.devices : 1
    for (let index = 0; index < count; index++) written.add(writeOut(text, pattern, index))
    for (const name of written) {
      if (!names.entries.has(name)) faults.add(path, missing(name, names))
    }
  }
}

function entriesOf(value: unknown, list: string): Entry[] {
  const items = isRecord(value) ? value[list] : undefined
  if (!Array.isArray(items)) return []
  return items.map((fields: unknown, index) => ({ path: [list, index], texts: textsOf(fields) }))
}

function textsOf(fields: unknown): Record<string, string> {
  const texts: Record<string, string> = {}
  if (!isRecord(fields)) return texts
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string' && key !== '__proto__') texts[key] = value
  }
  return texts
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

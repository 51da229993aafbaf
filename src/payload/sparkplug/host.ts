import type { Refusal } from '../../core/accounts.ts'
import { limits } from '../../core/limits.ts'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import type { Reading } from '../reading.ts'
import type { Control } from './control.ts'
import { type Definition, EdgeNode } from './edge-node.ts'
import type { Payload, SparkplugTopic } from './message.ts'
import type { Metric } from './metric.ts'
import { isNumeric, numberOf, qualityBits, STALE } from './metric-value.ts'

/** What the host wants done: ask an edge node for its births, or let a device die whose edge node died. */
export type Action =
  | { readonly kind: 'rebirth'; readonly group: string; readonly node: string }
  | { readonly kind: 'bury'; readonly topic: SparkplugTopic }

export type Answer =
  | {
      readonly kind: 'taken'
      readonly readings: readonly Reading[]
      readonly actions: readonly Action[]
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly complaint: string }

/** An edge node that can be told something, or a device of it. */
export interface Target {
  readonly group: string
  readonly isOnline: boolean
  /** Of its birth. */
  control(name: string): Control | undefined
}

/** Since the start. */
export interface HostCounters {
  rebirths: number
  /** Metrics that are no reading (text, data sets, templates, bytes), or whose birth is not known. */
  skippedMetrics: number
}

/**
 * Host application of Sparkplug B 3.0, without its connection: `(state, message, now) -> readings and actions`. Edge nodes are
 * told apart by their name alone, because a device is: the same name in another group is refused while the first is there.
 */
export class SparkplugHost {
  readonly counters: HostCounters = { rebirths: 0, skippedMetrics: 0 }
  readonly #nodes = new Map<string, EdgeNode>()

  /** At most so many readings come of the message. */
  readingsMax({ type, node, device = '' }: SparkplugTopic, { metrics }: Payload): number {
    const isDeath = type === 'NDEATH' || type === 'DDEATH'
    return isDeath ? (this.#nodes.get(node)?.definitionsOf(device).length ?? 0) : metrics.length
  }

  receive(topic: SparkplugTopic, payload: Payload, now: Micros): Answer {
    const node = this.#nodeOf(topic)
    if (typeof node === 'string') return { kind: 'refused', refusal: 'unreadable', complaint: node }
    const { type, device = '' } = topic
    if (type === 'NDEATH') return this.#nodeDeath(node, topic, { payload, now })
    if (type === 'DDEATH' && !node.isOnline) return taken(stale(node, device, now))
    const { seq } = payload
    if (seq === undefined || seq > 255)
      return { kind: 'refused', refusal: 'unreadable', complaint: 'no seq from 0 to 255' }
    const nowMs = now / 1000
    const isBirth = type === 'NBIRTH' || type === 'DBIRTH'
    const forgotten = type === 'NBIRTH' ? node.size : 0
    if (isBirth && this.#size - forgotten + payload.metrics.length > limits.sparkplugMetrics)
      return { kind: 'refused', refusal: 'tooManyPoints', complaint: TOO_MANY }
    if (type === 'NBIRTH') node.begin(seq, bdSeqOf(payload.metrics))
    else node.count(seq, nowMs)
    if (type === 'DDEATH') return taken(stale(node, device, now), this.#request(topic, nowMs))
    if (isBirth && node.isOnline) node.define(device, payload.metrics)
    if (!node.isOnline || !node.knows(device)) node.needsBirth = true
    const readings = this.#readings(node, device, { payload, now })
    return taken(readings, this.#request(topic, nowMs))
  }

  isOnline({ group, node: name }: SparkplugTopic): boolean {
    const node = this.#nodes.get(name)
    return node?.group === group && node.isOnline
  }

  /** `device` is empty for the node itself; undefined: nobody knows an edge node of this name. */
  target(name: string, device: string): Target | undefined {
    const node = this.#nodes.get(name)
    if (node === undefined) return undefined
    const isOnline = node.isOnline && node.knows(device)
    return { group: node.group, isOnline, control: (metric) => node.controlOf(device, metric) }
  }

  /** What a message that was received says of one metric; undefined: nothing, or no number. */
  valueIn(topic: SparkplugTopic, { metrics }: Payload, name: string): number | undefined {
    const node = this.#nodes.get(topic.node)
    for (const metric of metrics) {
      const known = node?.definitionOf(topic.device ?? '', metric)
      if (known?.name === name) return numberOf(metric, metric.datatype ?? known.datatype)
    }
    return undefined
  }

  /** Called once a second or so: births to ask for. */
  due(nowMs: number): Action[] {
    return [...this.#nodes].flatMap(([name, { group }]) =>
      this.#request({ group, node: name }, nowMs),
    )
  }

  /** The edge node, or why it cannot be one. One that is gone makes room for others. */
  #nodeOf({ group, node: name }: SparkplugTopic): EdgeNode | string {
    const known = this.#nodes.get(name)
    if (known?.group === group) return known
    if (known?.isOnline === true) return 'an edge node of this name belongs to another group'
    if (known === undefined && this.#nodes.size === limits.sparkplugNodes) {
      const gone = [...this.#nodes].find(([, { isOnline }]) => !isOnline)
      if (gone === undefined) return `more than ${limits.sparkplugNodes} edge nodes`
      this.#nodes.delete(gone[0])
    }
    const node = new EdgeNode(group)
    this.#nodes.set(name, node)
    return node
  }

  #nodeDeath(
    node: EdgeNode,
    topic: SparkplugTopic,
    { payload, now }: { readonly payload: Payload; readonly now: Micros },
  ): Answer {
    const bdSeq = bdSeqOf(payload.metrics)
    if (!node.isOnline || (bdSeq !== undefined && bdSeq !== node.bdSeq)) return taken([])
    node.isOnline = false
    node.needsBirth = false
    node.gapSinceMs = undefined
    const burials = node.devices.map((device): Action => ({
      kind: 'bury',
      topic: { ...topic, type: 'DDEATH', device },
    }))
    return taken(stale(node, '', now), burials)
  }

  #readings(
    node: EdgeNode,
    owner: string,
    { payload, now }: { readonly payload: Payload; readonly now: Micros },
  ): Reading[] {
    const readings: Reading[] = []
    for (const metric of payload.metrics) {
      if (isControl(metric.name)) continue
      const known = node.definitionOf(owner, metric)
      if (known === undefined) node.needsBirth = true
      const name = metric.name ?? known?.name
      const value = numberOf(metric, metric.datatype ?? known?.datatype)
      if (name === undefined || value === undefined) {
        this.counters.skippedMetrics++
        continue
      }
      const unit = metric.unit ?? known?.unit ?? ''
      const ms = metric.timestampMs ?? payload.timestampMs
      const time = ms === undefined ? now : Micros(ms * 1000)
      const arrival = ms === undefined ? quality.timeOfArrival : quality.good
      readings.push({ name, unit, value, time, bits: arrival | qualityBits(metric.quality) })
    }
    return readings
  }

  /** One at a time, and not sooner after the last than the limit says. */
  #request({ group, node: name }: { group: string; node: string }, nowMs: number): Action[] {
    const node = this.#nodes.get(name)
    if (node === undefined) return []
    const isMissing =
      node.gapSinceMs !== undefined && nowMs - node.gapSinceMs >= limits.sparkplugReorderMs
    if ((!node.needsBirth && !isMissing) || nowMs < node.mayAskMs) return []
    node.needsBirth = false
    node.gapSinceMs = undefined
    node.mayAskMs = nowMs + limits.sparkplugRebirthMs
    this.counters.rebirths++
    return [{ kind: 'rebirth', group, node: name }]
  }

  get #size(): number {
    let size = 0
    for (const node of this.#nodes.values()) size += node.size
    return size
  }
}

function taken(readings: readonly Reading[], actions: readonly Action[] = []): Answer {
  return { kind: 'taken', readings, actions }
}

/** Nobody knows any more what these points are; the last values stay where they are, in the past. */
function stale(node: EdgeNode, owner: string, now: Micros): Reading[] {
  const definitions = node.definitionsOf(owner).filter(isReading)
  node.forget(owner)
  const bits = STALE | quality.timeOfArrival
  return definitions.map(({ name, unit }) => ({ name, unit, time: now, value: NaN, bits }))
}

function isReading({ name, datatype }: Definition): boolean {
  return !isControl(name) && isNumeric(datatype)
}

/** Of the protocol, not of the plant. */
function isControl(name: string | undefined): boolean {
  return name !== undefined && /^(?:bdSeq$|Node Control\/|Device Control\/)/.test(name)
}

function bdSeqOf(metrics: readonly Metric[]): number | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value
  return value?.kind === 'integer' ? value.low : undefined
}

const TOO_MANY = `more than ${limits.sparkplugMetrics} metrics of all edge nodes together`

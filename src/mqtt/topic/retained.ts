import { limits } from '../../core/limits.ts'
import type { Properties } from '../packet/properties.ts'
import { propertiesBytes } from '../packet/property-encoding.ts'
import { type LevelNode, LevelTree } from './level-tree.ts'

/** What is kept of a message. It is kept as it is: its bytes are its own, never views of a buffer that is read into again. */
export interface Retainable {
  readonly payload: Uint8Array
  readonly properties?: Properties
}

/** The last message that was published with RETAIN to each topic, bounded in count and in bytes. */
export class RetainedMessages<M extends Retainable> {
  readonly #topics = new LevelTree<M>()
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Of payloads, properties and topics. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Replaces the message of a topic [MQTT-3.3.1-5]; undefined or an empty payload takes it away [MQTT-3.3.1-6] and is
   * itself not kept [MQTT-3.3.1-7]. 'full': nothing has changed, the message that was there is still the one.
   */
  set(topic: string, message: M | undefined): 'ok' | 'full' {
    const old = this.#topics.get(topic)
    const kept = message !== undefined && message.payload.length > 0 ? message : undefined
    const count = this.#count + (kept === undefined ? 0 : 1) - (old === undefined ? 0 : 1)
    const bytes = this.#bytes + bytesOf(topic, kept) - bytesOf(topic, old)
    if (kept === undefined) {
      if (old !== undefined) this.#topics.delete(topic)
    } else {
      if (count > limits.retainedMessages || bytes > limits.retainedBytesTotal) return 'full'
      this.#topics.set(topic, kept)
    }
    this.#count = count
    this.#bytes = bytes
    return 'ok'
  }

  /** Visits every message whose topic the filter (valid, not shared) matches; `visit` changes nothing here. */
  match(filter: string, visit: (topic: string, message: M) => void): void {
    matchFrom(this.#topics.root, { levels: filter.split('/'), visit }, { depth: 0, topic: '' })
  }
}

/** A topic costs two bytes a character at most; nodes of the tree are shared and bounded by the count of messages. */
function bytesOf(topic: string, message: Retainable | undefined): number {
  if (message === undefined) return 0
  const properties = message.properties === undefined ? 0 : propertiesBytes(message.properties)
  return message.payload.length + properties + 2 * topic.length
}

interface Search<M> {
  readonly levels: readonly string[]
  readonly visit: (topic: string, message: M) => void
}

interface Place {
  readonly depth: number
  /** The path to the node with a `/` behind it; empty at the root. */
  readonly topic: string
}

/** The first `depth` levels of the filter match the path to `node`. */
function matchFrom<M>(node: LevelNode<M>, search: Search<M>, place: Place): void {
  const level = search.levels[place.depth]
  if (level === undefined || level === '#') visitNode(node, search, place)
  if (level === undefined || node.children === undefined) return
  if (level !== '+' && level !== '#') {
    const child = node.children.get(level)
    if (child !== undefined) matchFrom(child, search, below(place, level))
    return
  }
  for (const [name, child] of node.children) {
    if (place.depth === 0 && name.startsWith('$')) continue // [MQTT-4.7.2-1]
    if (level === '+') matchFrom(child, search, below(place, name))
    else visitBelow(child, search, below(place, name))
  }
}

function visitBelow<M>(node: LevelNode<M>, search: Search<M>, place: Place): void {
  visitNode(node, search, place)
  if (node.children === undefined) return
  for (const [name, child] of node.children) visitBelow(child, search, below(place, name))
}

function visitNode<M>(node: LevelNode<M>, search: Search<M>, place: Place): void {
  if (node.value !== undefined) search.visit(place.topic.slice(0, -1), node.value)
}

function below(place: Place, level: string): Place {
  return { depth: place.depth + 1, topic: `${place.topic}${level}/` }
}

import { limits } from '../../core/limits.ts'
import type { Properties } from '../packet/properties.ts'
import { propertiesBytes } from '../packet/property-encoding.ts'
import { type LevelNode, LevelTree } from './level-tree.ts'

/** What is kept of a message. It is kept as it is: its bytes are its own, never views of a buffer that is read into again. */
export interface Retainable {
  readonly payload: Uint8Array
  readonly properties?: Properties
}

/** How many places in the tree may still be looked at; whoever searches says so, and may give more. */
export interface Looks {
  left: number
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

  /**
   * Every message whose topic the filter (valid, not shared) matches, looked up as it is asked for: the messages may change
   * between two of them, and whoever stops half-way holds no more than its place in the tree. Undefined where `looks` has run
   * out: a filter that matches little may have to look at everything.
   */
  matching(filter: string, looks: Looks = { left: Infinity }): Generator<M | undefined, void> {
    return matchFrom(this.#topics.root, { levels: filter.split('/'), looks }, 0)
  }
}

/** A topic costs two bytes a character at most; nodes of the tree are shared and bounded by the count of messages. */
function bytesOf(topic: string, message: Retainable | undefined): number {
  if (message === undefined) return 0
  const properties = message.properties === undefined ? 0 : propertiesBytes(message.properties)
  return message.payload.length + properties + 2 * topic.length
}

interface Search {
  readonly levels: readonly string[]
  readonly looks: Looks
}

/** The first `depth` levels of the filter match the path to `node`. */
function* matchFrom<M>(
  node: LevelNode<M>,
  search: Search,
  depth: number,
): Generator<M | undefined, void> {
  while (search.looks.left-- <= 0) yield undefined
  const level = search.levels[depth]
  if ((level === undefined || level === '#') && node.value !== undefined) yield node.value
  if (level === undefined || node.children === undefined) return
  if (level !== '+' && level !== '#') {
    const child = node.children.get(level)
    if (child !== undefined) yield* matchFrom(child, search, depth + 1)
    return
  }
  for (const [name, child] of node.children) {
    if (depth === 0 && name.startsWith('$')) continue // [MQTT-4.7.2-1]
    if (level === '+') yield* matchFrom(child, search, depth + 1)
    else yield* allFrom(child, search)
  }
}

function* allFrom<M>(node: LevelNode<M>, search: Search): Generator<M | undefined, void> {
  while (search.looks.left-- <= 0) yield undefined
  if (node.value !== undefined) yield node.value
  if (node.children === undefined) return
  for (const child of node.children.values()) yield* allFrom(child, search)
}

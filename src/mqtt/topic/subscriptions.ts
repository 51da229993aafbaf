import { assert } from '../../core/assert.ts'
import { type LevelNode, LevelTree } from './level-tree.ts'

type Subscribers<S> = Map<string, S>

/** Who subscribed to what: a subscription for each pair of a filter (valid, not shared) and a key, which is a client. */
export class SubscriptionTree<S> {
  readonly #filters = new LevelTree<Subscribers<S>>()
  #size = 0
  #revision = 0

  /** Subscriptions in the tree. */
  get size(): number {
    return this.#size
  }

  /** Rises with every change, so that a caller can remember what `match` found. */
  get revision(): number {
    return this.#revision
  }

  get(filter: string, key: string): S | undefined {
    return this.#filters.get(filter)?.get(key)
  }

  /** True if it is new, false if it replaces the subscription of the same filter and key [MQTT-3.8.4-3]. */
  add(filter: string, key: string, subscription: S): boolean {
    assert(filter !== '', 'a filter has at least one character')
    let subscribers = this.#filters.get(filter)
    if (subscribers === undefined) {
      subscribers = new Map()
      this.#filters.set(filter, subscribers)
    }
    const before = subscribers.size
    subscribers.set(key, subscription)
    const added = subscribers.size - before
    this.#size += added
    this.#revision++
    return added === 1
  }

  /** True if there was one. */
  remove(filter: string, key: string): boolean {
    const subscribers = this.#filters.get(filter)
    if (subscribers === undefined || !subscribers.delete(key)) return false
    if (subscribers.size === 0) this.#filters.delete(filter)
    this.#size--
    this.#revision++
    return true
  }

  /**
   * Visits every subscription whose filter matches the topic name; a client with filters that overlap is visited once for
   * each. `visit` leaves the tree as it is. Costs at most one look at every node that matches so far.
   */
  match(topic: string, visit: (subscription: S) => void): void {
    const levels = topic.split('/')
    const { root } = this.#filters
    if (topic.startsWith('$')) {
      // [MQTT-4.7.2-1]: no wildcard in front.
      const child = root.children?.get(levels[0] as string)
      if (child !== undefined) matchFrom(child, levels, { depth: 1, visit })
    } else {
      matchFrom(root, levels, { depth: 0, visit })
    }
  }
}

/** The filter so far, which ends in `node`, matches `depth` levels of the topic. */
function matchFrom<S>(
  node: LevelNode<Subscribers<S>>,
  levels: readonly string[],
  walk: { depth: number; visit: (subscription: S) => void },
): void {
  const { depth, visit } = walk
  if (depth === levels.length) visitAll(node, visit)
  if (node.children === undefined) return
  visitAll(node.children.get('#'), visit)
  if (depth === levels.length) return
  const next = { depth: depth + 1, visit }
  const exact = node.children.get(levels[depth] as string)
  if (exact !== undefined) matchFrom(exact, levels, next)
  const any = node.children.get('+')
  if (any !== undefined) matchFrom(any, levels, next)
}

function visitAll<S>(
  node: LevelNode<Subscribers<S>> | undefined,
  visit: (subscription: S) => void,
): void {
  if (node?.value === undefined) return
  for (const subscription of node.value.values()) visit(subscription)
}

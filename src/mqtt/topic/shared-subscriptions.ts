import { assert } from '../../core/assert.ts'
import type { SharedFilter } from './filter.ts'
import { SubscriptionTree } from './subscriptions.ts'

/**
 * Shared subscriptions (section 4.8.2): a message goes to one member of each group whose filter matches. A group is a share name
 * and a filter; it is there as long as it has members, so only its first and its last one change what `match` finds.
 */
export class SharedSubscriptions<S> {
  readonly #groups = new SubscriptionTree<Group<S>>()
  #size = 0

  /** Members of all groups. */
  get size(): number {
    return this.#size
  }

  /** Rises with every group that comes or goes. */
  get revision(): number {
    return this.#groups.revision
  }

  /** Adds a member that is connected, or replaces its subscription. */
  add({ group, filter }: SharedFilter, key: string, subscription: S): void {
    let members = this.#groups.get(filter, group)
    if (members === undefined) {
      members = new Group()
      this.#groups.add(filter, group, members)
    }
    const before = members.size
    members.add(key, subscription)
    this.#size += members.size - before
  }

  remove({ group, filter }: SharedFilter, key: string): void {
    const members = this.#groups.get(filter, group)
    if (members?.remove(key) !== true) return
    this.#size--
    if (members.size === 0) this.#groups.remove(filter, group)
  }

  /** The client of a member came or went. */
  moved({ group, filter }: SharedFilter, key: string, to: 'present' | 'absent'): void {
    this.#groups.get(filter, group)?.moved(key, to)
  }

  hasMatch(topic: string): boolean {
    let found = false
    this.#groups.match(topic, () => (found = true))
    return found
  }

  /** Visits the member of each group whose turn it is. */
  match(topic: string, visit: (subscription: S) => void): void {
    if (this.#size === 0) return
    this.#groups.match(topic, (members) => visit(members.next()))
  }
}

/** Members in the order of their turns: those whose client is connected, then, where there is none, the others. */
class Group<S> {
  readonly #present = new Map<string, S>()
  readonly #absent = new Map<string, S>()

  get size(): number {
    return this.#present.size + this.#absent.size
  }

  add(key: string, subscription: S): void {
    this.#absent.delete(key)
    this.#present.set(key, subscription)
  }

  remove(key: string): boolean {
    return this.#present.delete(key) || this.#absent.delete(key)
  }

  moved(key: string, to: 'present' | 'absent'): void {
    const subscription = this.#present.get(key) ?? this.#absent.get(key)
    if (subscription === undefined) return
    this.remove(key)
    if (to === 'present') this.#present.set(key, subscription)
    else this.#absent.set(key, subscription)
  }

  /** Whoever had its turn goes to the end. */
  next(): S {
    const members = this.#present.size > 0 ? this.#present : this.#absent
    const [first] = members
    assert(first !== undefined, 'a group has a member')
    const [key, subscription] = first
    members.delete(key)
    members.set(key, subscription)
    return subscription
  }
}

import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'

/** A level of a topic or filter; the path from the root to it is the text. */
export interface LevelNode<Value> {
  value: Value | undefined
  children: Map<string, LevelNode<Value>> | undefined
}

/**
 * Values by topic or filter, as a tree of levels: `a/b/c` is the child `c` of `b` of `a`. A node with neither value nor
 * children is removed at once, so the tree is never larger than what it holds, and never deeper than `limits.topicLevels`:
 * whoever walks it may recurse.
 */
export class LevelTree<Value> {
  readonly root: LevelNode<Value> = { value: undefined, children: undefined }

  get(text: string): Value | undefined {
    let node: LevelNode<Value> | undefined = this.root
    for (const level of text.split('/')) {
      node = node.children?.get(level)
      if (node === undefined) return undefined
    }
    return node.value
  }

  set(text: string, value: Value): void {
    const levels = text.split('/')
    assert(levels.length <= limits.topicLevels, 'a topic is no deeper than our limit')
    let node = this.root
    for (const level of levels) {
      node.children ??= new Map()
      let child = node.children.get(level)
      if (child === undefined) {
        child = { value: undefined, children: undefined }
        node.children.set(level, child)
      }
      node = child
    }
    node.value = value
  }

  delete(text: string): void {
    const levels = text.split('/')
    const path: LevelNode<Value>[] = [this.root]
    for (const level of levels) {
      const child = path.at(-1)?.children?.get(level)
      if (child === undefined) return
      path.push(child)
    }
    const last = path.at(-1)
    if (last !== undefined) last.value = undefined
    prune(path, levels)
  }
}

/** From the last node up, takes out of its parent what has become empty. */
function prune<Value>(path: readonly LevelNode<Value>[], levels: readonly string[]): void {
  for (let depth = levels.length; depth > 0; depth--) {
    const node = path[depth]
    const parent = path[depth - 1]
    if (node?.value !== undefined || node?.children !== undefined) return
    parent?.children?.delete(levels[depth - 1] as string)
    if (parent?.children?.size === 0) parent.children = undefined
  }
}

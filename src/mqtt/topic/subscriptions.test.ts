import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import { matches } from './filter.ts'
import { LevelTree } from './level-tree.ts'
import { SubscriptionTree } from './subscriptions.ts'

function found(tree: SubscriptionTree<string>, topic: string): string[] {
  const subscriptions: string[] = []
  tree.match(topic, (subscription) => subscriptions.push(subscription))
  return subscriptions.sort()
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}

function path(random: Random, names: readonly string[]): string {
  const levels = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(random, names))
  return levels.join('/')
}

describe('subscriptions', () => {
  test('each filter that matches is visited', () => {
    const tree = new SubscriptionTree<string>()
    const filters = ['#', '+', '+/b', 'a', 'a/#', 'a/+', 'a/b', 'a/b/#', 'a/b/+', '/a', '$a/#', '']
    for (const filter of filters.slice(0, -1)) assert.ok(tree.add(filter, 'k', filter))
    assert.deepEqual(found(tree, 'a/b'), ['#', '+/b', 'a/#', 'a/+', 'a/b', 'a/b/#'])
    assert.deepEqual(found(tree, 'a'), ['#', '+', 'a', 'a/#'])
    assert.deepEqual(found(tree, '$a'), ['$a/#'])
    assert.deepEqual(found(tree, '$a/b'), ['$a/#'])
    assert.deepEqual(found(tree, '/a'), ['#', '/a'])
    assert.deepEqual(found(tree, 'c/d'), ['#'])
    assert.throws(() => tree.add('', 'k', ''), { code: 'bug' })
  })

  test('one subscription for a filter and a key; revision and size follow', () => {
    const tree = new SubscriptionTree<string>()
    assert.equal(tree.add('a/+', 'one', 'first'), true)
    assert.equal(tree.add('a/+', 'one', 'second'), false)
    assert.equal(tree.add('a/+', 'two', 'third'), true)
    assert.equal(tree.size, 2)
    assert.equal(tree.revision, 3)
    assert.deepEqual(found(tree, 'a/b'), ['second', 'third'])
    assert.equal(tree.remove('a/+', 'none'), false)
    assert.equal(tree.remove('a/b', 'one'), false)
    assert.equal(tree.revision, 3)
    assert.equal(tree.remove('a/+', 'one'), true)
    assert.equal(tree.size, 1)
    assert.equal(tree.revision, 4)
    assert.deepEqual(found(tree, 'a/b'), ['third'])
  })

  test('equals a scan of all filters, through ten thousand changes', () => {
    const random = seededRandom(11)
    const tree = new SubscriptionTree<string>()
    const model = new Map<string, { filter: string; value: string }>()
    const names = ['a', 'b', '', '$a']
    for (let round = 0; round < 10_000; round++) {
      const start = path(random, [...names, '+'])
      const filter = pick(random, [start, `${start}/#`, '#', start])
      const key = pick(random, ['x', 'y', 'z'])
      const name = `${key} ${filter}`
      if (filter !== '' && random() < 0.5) {
        const value = `${name} ${round}`
        assert.equal(tree.add(filter, key, value), !model.has(name))
        model.set(name, { filter, value })
      } else {
        assert.equal(tree.remove(filter, key), model.delete(name))
      }
      assert.equal(tree.size, model.size)
      if (round % 10 > 0) continue
      const topic = path(random, names)
      const scanned = [...model.values()].filter((one) => matches(one.filter, topic))
      const expected = scanned.map(({ value }) => value).sort()
      assert.deepEqual(found(tree, topic), expected)
    }
    for (const [name, { filter }] of model) tree.remove(filter, name.slice(0, 1))
    assert.equal(tree.size, 0)
    assert.deepEqual(found(tree, 'a'), [])
  })
})

describe('level tree', () => {
  test('is empty again when everything is taken out', () => {
    const random = seededRandom(5)
    const tree = new LevelTree<number>()
    const texts = new Set(Array.from({ length: 500 }, () => path(random, ['a', 'b', '', 'c'])))
    for (const text of texts) tree.set(text, 1)
    for (const text of texts) assert.equal(tree.get(text), 1)
    tree.delete('no/such/thing')
    tree.delete('a/b/c/a/b/c')
    for (const text of texts) tree.delete(text)
    assert.equal(tree.root.children, undefined)
  })

  test('taking out a node leaves what is above and below it', () => {
    const tree = new LevelTree<number>()
    for (const text of ['a', 'a/b', 'a/b/c']) tree.set(text, text.length)
    tree.delete('a/b')
    assert.equal(tree.get('a'), 1)
    assert.equal(tree.get('a/b'), undefined)
    assert.equal(tree.get('a/b/c'), 5)
    tree.delete('a/b/c')
    assert.equal(tree.root.children?.get('a')?.children, undefined)
  })

  test('is never deeper than the limit', () => {
    const tree = new LevelTree<number>()
    assert.throws(() => tree.set('/'.repeat(limits.topicLevels), 1), { code: 'bug' })
    assert.equal(tree.root.children, undefined)
  })
})

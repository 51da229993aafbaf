import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRandom } from '../../core/random.ts'
import { SharedSubscriptions } from './shared-subscriptions.ts'

function turns(shared: SharedSubscriptions<string>, topic: string, count: number): string {
  const found: string[] = []
  for (let turn = 0; turn < count; turn++) shared.match(topic, (member) => found.push(member))
  return found.join(' ')
}

const GROUP = { group: 'g', filter: 'a/+' }

describe('shared subscriptions', () => {
  test('members have their turns, one for each message', () => {
    const shared = new SharedSubscriptions<string>()
    for (const key of ['x', 'y', 'z']) shared.add(GROUP, key, key)
    assert.equal(turns(shared, 'a/b', 7), 'x y z x y z x')
    assert.equal(turns(shared, 'b', 1), '')
    shared.remove(GROUP, 'y')
    assert.equal(turns(shared, 'a/c', 3), 'z x z')
  })

  test('who is absent is passed over, until all are', () => {
    const shared = new SharedSubscriptions<string>()
    for (const key of ['x', 'y', 'z']) shared.add(GROUP, key, key)
    shared.moved(GROUP, 'x', 'absent')
    assert.equal(turns(shared, 'a/b', 4), 'y z y z')
    shared.moved(GROUP, 'z', 'absent')
    assert.equal(turns(shared, 'a/b', 2), 'y y')
    shared.moved(GROUP, 'y', 'absent')
    assert.equal(turns(shared, 'a/b', 4), 'x z y x')
    shared.moved(GROUP, 'z', 'present')
    assert.equal(turns(shared, 'a/b', 2), 'z z')
    shared.moved(GROUP, 'nobody', 'present')
    shared.moved({ group: 'other', filter: 'a/+' }, 'x', 'present')
    assert.equal(shared.size, 3)
  })

  test('a group is its name and its filter; each has a copy', () => {
    const shared = new SharedSubscriptions<string>()
    shared.add(GROUP, 'x', 'one')
    shared.add({ group: 'g', filter: 'a/#' }, 'x', 'two')
    shared.add({ group: 'h', filter: 'a/+' }, 'x', 'three')
    assert.deepEqual(turns(shared, 'a/b', 1).split(' ').sort(), ['one', 'three', 'two'])
  })

  test('size counts members, revision groups that come and go', () => {
    const shared = new SharedSubscriptions<string>()
    shared.add(GROUP, 'x', 'x')
    const { revision } = shared
    shared.add(GROUP, 'y', 'y')
    shared.add(GROUP, 'y', 'again')
    assert.deepEqual([shared.size, shared.revision], [2, revision])
    assert.equal(turns(shared, 'a/b', 2), 'x again')
    shared.remove(GROUP, 'x')
    shared.remove(GROUP, 'x')
    shared.remove({ group: 'g', filter: 'none' }, 'x')
    assert.deepEqual([shared.size, shared.revision, shared.hasMatch('a/b')], [1, revision, true])
    shared.remove(GROUP, 'y')
    assert.deepEqual([shared.size, shared.hasMatch('a/b')], [0, false])
    assert.ok(shared.revision > revision)
  })

  test('turns are fair, whoever comes and goes', () => {
    const random = seededRandom(5)
    const shared = new SharedSubscriptions<string>()
    const present = new Map<string, number>()
    const absent = new Set<string>()
    for (let step = 0; step < 5000; step++) {
      const key = `k${Math.floor(random() * 8)}`
      const choice = random()
      if (choice < 0.1) {
        shared.add(GROUP, key, key)
        absent.delete(key)
        if (!present.has(key)) present.set(key, step)
      } else if (choice < 0.2 && (present.has(key) || absent.has(key))) {
        shared.moved(GROUP, key, 'absent')
        present.delete(key)
        absent.add(key)
      } else if (choice < 0.25) {
        shared.remove(GROUP, key)
        present.delete(key)
        absent.delete(key)
      } else if (present.size > 0) {
        const [first = ''] = [...present].sort(([, one], [, other]) => one - other)[0] ?? []
        assert.equal(turns(shared, 'a/b', 1), first)
        present.set(first, step)
      }
      assert.equal(shared.size, present.size + absent.size)
    }
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Arrival, ArrivalQueue } from './arrival-queue.ts'

function arrival(site: string, bytes: number, isBackfill = false): Arrival {
  return { site, stream: 'events', isBackfill, bytes: new Uint8Array(bytes) }
}

function names(arrivals: readonly Arrival[]): string {
  return arrivals.map(({ site }) => site).join(' ')
}

describe('what waits for a commit', () => {
  test('goes in its order, within the bounds of a commit, and one at least', () => {
    const queue = new ArrivalQueue()
    for (const [site, bytes] of [
      ['a', 40],
      ['b', 40],
      ['c', 40],
      ['d', 500],
    ] as const)
      queue.add(arrival(site, bytes))
    assert.equal(names(queue.next(10, 100)), 'a b')
    assert.equal(names(queue.next(1, 100)), 'c')
    assert.equal(names(queue.next(10, 100)), 'd')
    assert.equal(queue.count, 0)
  })

  test('is overtaken by what is new, which leaves it some room', () => {
    const queue = new ArrivalQueue()
    for (let at = 0; at < 8; at++) queue.add(arrival(`old${at}`, 25, true))
    for (let at = 0; at < 8; at++) queue.add(arrival(`new${at}`, 25))
    assert.equal(names(queue.next(10, 100)), 'new0 new1 new2 old0')
    assert.equal(names(queue.next(10, 100)), 'new3 new4 new5 old1')
    assert.equal(names(queue.next(10, 100)), 'new6 new7 old2')
    assert.equal(names(queue.next(10, 100)), 'old3 old4 old5 old6', 'nothing is new')
  })

  test('counts until it is done', () => {
    const queue = new ArrivalQueue()
    queue.add(arrival('a', 40))
    queue.add(arrival('b', 2, true))
    const some = queue.next(10, 100)
    assert.equal(queue.bytes, 42)
    queue.done(some)
    assert.equal(queue.bytes, 0)
  })
})

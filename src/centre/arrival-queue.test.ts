import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Arrival, ArrivalQueue } from './arrival-queue.ts'

function arrival(site: string, bytes: number, isBackfill = false): Arrival {
  return { site, stream: 'events', isBackfill, bytes: new Uint8Array(bytes) }
}

function names(arrivals: readonly Arrival[]): string {
  return arrivals.map(({ site }) => site).join(' ')
}

const BOUNDS = { envelopes: 10, bytes: 100, backfillBytes: 50 }

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
    assert.equal(names(queue.next(BOUNDS)), 'a b')
    assert.equal(names(queue.next({ ...BOUNDS, envelopes: 1 })), 'c')
    assert.equal(names(queue.next(BOUNDS)), 'd')
    assert.equal(queue.count, 0)
  })

  test('is new and old by turns, and of the old there is little at a time', () => {
    const queue = new ArrivalQueue()
    for (let at = 0; at < 8; at++) queue.add(arrival(`old${at}`, 25, true))
    for (let at = 0; at < 6; at++) queue.add(arrival(`new${at}`, 25))
    assert.equal(names(queue.next(BOUNDS)), 'new0 new1 new2 new3')
    assert.equal(names(queue.next(BOUNDS)), 'old0 old1')
    assert.equal(names(queue.next(BOUNDS)), 'new4 new5')
    queue.add(arrival('old8', 60, true))
    assert.equal(names(queue.next(BOUNDS)), 'old2 old3')
    assert.equal(names(queue.next(BOUNDS)), 'old4 old5', 'what is new may come at any moment')
    queue.add(arrival('new6', 25))
    assert.equal(names(queue.next(BOUNDS)), 'new6', 'it waited for one of them')
    assert.equal(names(queue.next(BOUNDS)), 'old6 old7')
    assert.equal(names(queue.next(BOUNDS)), 'old8', 'one at least')
  })

  test('counts until it is done', () => {
    const queue = new ArrivalQueue()
    queue.add(arrival('a', 40))
    queue.add(arrival('b', 2, true))
    const some = queue.next(BOUNDS)
    assert.equal(queue.bytes, 42)
    queue.done(some)
    assert.equal(queue.bytes, 2)
  })
})

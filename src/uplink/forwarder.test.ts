import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Forwarder } from './forwarder.ts'
import type { Ranges } from './ranges.ts'

const BACKLOG = 60_000

/** A site with a backlog in two streams, and a centre that answers after 60 ms, in simulated time. */
class Drained {
  readonly forwarder: Forwarder
  readonly stored = new Map([
    ['events', 0],
    ['aggregates', 0],
  ])
  /** By name; of these no envelope arrives. */
  readonly lost = new Set<string>()
  readonly #later: { readonly atMs: number; readonly work: () => void }[] = []
  /** For how long it was not known that all streams get through, at worst. */
  unprovedMs = 0

  constructor(backfillRecordsPerSecond: number) {
    this.forwarder = new Forwarder({ site: 's1', backfillRecordsPerSecond })
    const streams = [...this.stored.keys()]
    this.forwarder.update(
      streams.map((stream) => ({ stream, epoch: 1, last: BACKLOG, acknowledged: [] })),
    )
  }

  /** Over a connection that begins then. */
  run(fromMs: number, untilMs: number): void {
    this.forwarder.connected(fromMs)
    for (let nowMs = fromMs; nowMs < untilMs; nowMs += 20) {
      const due = this.#later.filter(({ atMs }) => atMs <= nowMs)
      this.#later.splice(0, this.#later.length, ...this.#later.filter(({ atMs }) => atMs > nowMs))
      for (const { work } of due) work()
      this.#act(nowMs)
      if (nowMs - fromMs > 1000)
        this.unprovedMs = Math.max(this.unprovedMs, nowMs - this.forwarder.provedMs)
    }
    this.forwarder.disconnected()
    this.#later.length = 0
  }

  #act(nowMs: number): void {
    for (const action of this.forwarder.due(nowMs)) {
      if (action.kind === 'manifest') this.#answer(action.stream, nowMs)
      if (action.kind !== 'load') continue
      const { stream, first, most } = action
      const last = Math.min(action.last, first + most - 1)
      this.forwarder.sent({ ...action, last, records: last - first + 1 }, nowMs)
      if (this.lost.has(stream)) continue
      this.stored.set(stream, last)
      this.#answer(stream, nowMs)
    }
  }

  #answer(stream: string, nowMs: number): void {
    const last = this.stored.get(stream) ?? 0
    const ranges: Ranges = last === 0 ? [] : [[1, last]]
    const atMs = nowMs + 60
    const work = (): void => this.forwarder.acknowledged({ stream, epoch: 1, ranges }, atMs)
    this.#later.push({ atMs, work })
  }
}

for (const pace of [1, 500]) {
  test(`backlogs of two streams become less by turns, at ${pace} a second, and nobody is told that nothing gets through`, () => {
    const drained = new Drained(pace)
    drained.run(0, 100_000)
    const [events = 0, aggregates = 0] = drained.stored.values()
    assert.ok(aggregates > events * 0.8 && events > aggregates * 0.8, `${events}, ${aggregates}`)
    assert.ok(events + aggregates > pace * 85)
    assert.ok(drained.unprovedMs < 15_000, `${drained.unprovedMs} ms`)
  })
}

test('a stream of which nothing arrives is not taken for well because the link is made anew', () => {
  const drained = new Drained(500)
  drained.run(0, 20_000)
  drained.lost.add('aggregates')
  for (const fromMs of [20_000, 40_000, 60_000]) drained.run(fromMs, fromMs + 20_000)
  assert.ok(drained.unprovedMs > 55_000, `${drained.unprovedMs} ms`)
})

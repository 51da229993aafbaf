import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../src/core/random.ts'
import { Forwarder } from '../src/uplink/forwarder.ts'
import { OneWaySender } from '../src/uplink/one-way.ts'
import { countOf, missing } from '../src/uplink/ranges.ts'
import { gapsOf } from '../src/uplink/receiver.ts'
import { NO_FAULTS, SimulatedLink, isWithheld } from './uplink/simulated-link.ts'

const share = (most: number) => fc.double({ min: 0, max: most, noNaN: true })
const faults = fc.record({
  loss: share(0.3),
  twice: share(0.3),
  cut: share(0.02),
  reboot: share(0.01),
  death: share(0.3),
  undecided: share(0.05),
})

const begin = () => new Forwarder({ site: 's', backfillRecordsPerSecond: 2000 })

/** What is put renews what is there, one time in three. */
function grow(link: SimulatedLink, random: () => number): void {
  const { outbox } = link
  while (random() < 0.5) outbox.put(`k${Math.floor(random() * (outbox.last + 30))}`)
}

/** Without faults, until nothing is on its way; the minutes that it may take are bounded. */
function settle(link: SimulatedLink): void {
  link.faults = NO_FAULTS
  for (let step = 0; step < 6000 && link.outbox.pending > 0; step++) link.step(100)
  assert.equal(link.outbox.pending, 0, 'everything is acknowledged')
}

function checkAll(link: SimulatedLink): void {
  const { centre, outbox } = link
  assert.ok(
    centre.taken.values().every((times) => times === 1),
    'nothing was taken twice',
  )
  const wanted = [...outbox.rows].filter(([, key]) => !isWithheld(key))
  const found = [...centre.table].filter(([, [epoch]]) => epoch === outbox.epoch)
  assert.deepEqual(
    new Map(found.map(([key, [, sequence]]) => [sequence, key])),
    new Map(wanted),
    'the centre has what the outbox has, and nothing that was renewed since',
  )
  assert.equal(gapsOf(centre.state(outbox.epoch)).numbers, 0)
}

describe('the forwarder and the receiver', () => {
  test('bring every record across once, whatever links and processes do', () => {
    const property = fc.property(fc.integer(), faults, (seed, given) => {
      const random = seededRandom(seed)
      const link = new SimulatedLink(begin, random)
      link.faults = given
      for (let step = 0; step < 1500; step++) {
        grow(link, random)
        link.step(100)
      }
      settle(link)
      checkAll(link)
      assert.equal(link.outbox.epoch, 1, 'nothing was taken for a folder that was set back')
    })
    fc.assert(property, { numRuns: Number(process.env['UPLINK_RUNS'] ?? 40) })
  })

  test('begin anew when the data folder is set back, and nothing that came after it is mistaken', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed)
      const link = new SimulatedLink(begin, random)
      for (let step = 0; step < 200; step++) {
        grow(link, random)
        link.step(100)
      }
      settle(link)
      link.setBack(Math.floor(link.outbox.last / 2))
      for (let step = 0; step < 300; step++) {
        if (step % 3 === 0) link.outbox.put(`new${step}`)
        link.step(100)
      }
      settle(link)
      assert.equal(link.outbox.epoch, 2)
      checkAll(link)
    }
  })

  test('send again what a database has lost that was set back', () => {
    const random = seededRandom(5)
    const link = new SimulatedLink(begin, random)
    for (let step = 0; step < 100; step++) {
      grow(link, random)
      link.step(100)
    }
    settle(link)
    link.centre.received.clear()
    link.centre.table.clear()
    link.centre.taken.clear()
    link.setBack(link.outbox.last)
    for (let step = 0; step < 600; step++) link.step(100)
    settle(link)
    checkAll(link)
  })

  test('give a link up that takes everything and answers nothing', () => {
    const link = new SimulatedLink(begin, seededRandom(1))
    link.outbox.put('k1')
    for (let step = 0; step < 20; step++) link.step(100)
    assert.equal(link.outbox.pending, 0)
    link.hasWayBack = false
    link.outbox.put('k2')
    for (let step = 0; step < 300; step++) link.step(100)
    assert.equal(link.sender.counters.stuck, 1, 'within 30 seconds')
    link.hasWayBack = true
    settle(link)
    checkAll(link)
  })

  test('know since when a stream brings nothing across, whatever is heard of it and of others', () => {
    const forwarder = begin()
    const streams = (last: number) =>
      ['a', 'b'].map((stream) => ({ stream, epoch: 1, last, acknowledged: [] }))
    const answer = (stream: string, atMs: number, last: number): void =>
      forwarder.acknowledged({ stream, epoch: 1, ranges: last === 0 ? [] : [[1, last]] }, atMs)
    assert.equal(forwarder.provedMs, Infinity, 'there is nothing to be sent')
    forwarder.update(streams(0))
    forwarder.connected(0)
    for (const { stream } of streams(0)) answer(stream, 1000, 0)
    assert.equal(forwarder.provedMs, 1000, 'the centre has all')
    forwarder.update(streams(5))
    for (const stream of ['a', 'b']) answer(stream, 2000, 0)
    assert.equal(forwarder.provedMs, 2000, 'nothing has been sent that it could have')
    for (const action of forwarder.due(2000))
      if (action.kind === 'load') forwarder.sent({ ...action, records: 5 }, 2000)
    for (const atMs of [11_000, 21_000]) {
      answer('a', atMs, 5)
      answer('b', atMs, 0)
    }
    assert.equal(forwarder.provedMs, 2000, 'it answers, and has nothing new of one of them')
    forwarder.disconnected()
    forwarder.connected(22_000)
    answer('b', 23_000, 3)
    assert.equal(forwarder.provedMs, 21_000, 'now it has')
  })

  test('keep the backlog behind what is new, and to its pace', () => {
    const pace = { site: 's', backfillRecordsPerSecond: 100 }
    const link = new SimulatedLink(() => new Forwarder(pace), seededRandom(9))
    link.outbox.envelopeRecords = 50
    for (let row = 0; row < 2000; row++) link.outbox.put(`old${row}`)
    for (let step = 0; step < 50; step++) link.step(100)
    const worst: number[] = []
    let begunMs = 0
    for (let step = 0; step < 300 && link.outbox.pending > 0; step++) {
      if (begunMs === 0 && countOf(link.outbox.kept) > 100) begunMs = link.nowMs
      if (step % 20 === 0) link.outbox.put(`new${step}`)
      const { last } = link.outbox
      link.step(100)
      // There and back, with what comes before, takes a second at most.
      if (step % 20 === 14) worst.push(countOf(missing(link.outbox.kept, [last, last])))
    }
    const behind = worst.reduce((sum, each) => sum + each, 0)
    assert.equal(behind, 0, `${behind} of ${worst.length} new ones waited`)
    const drained = 2000 - link.outbox.pending - countOf([[1, 100]])
    const perSecond = drained / ((link.nowMs - begunMs) / 1000)
    assert.ok(perSecond > 70 && perSecond < 130, `${perSecond.toFixed(0)} a second`)
  })
})

describe('the one-way sender', () => {
  test('repeats, and the centre can tell what all repeats have lost', () => {
    for (let seed = 1; seed < 10; seed++) {
      const random = seededRandom(seed)
      const link = new SimulatedLink(() => new OneWaySender(1000, [60, 3600]), random)
      link.hasWayBack = false
      link.faults = { ...NO_FAULTS, loss: 0.4, twice: 0.2, cut: 0.002 }
      for (let step = 0; step < 300; step++) {
        grow(link, random)
        link.step(100)
      }
      link.faults = { ...link.faults, reboot: 0 }
      for (let step = 0; step < 45_000 && link.outbox.pending > 0; step++) link.step(100)
      link.faults = NO_FAULTS
      for (let step = 0; step < 200; step++) link.step(100)
      assert.equal(link.outbox.pending, 0, 'what was sent often enough is done with')
      const { numbers, ranges } = gapsOf(link.centre.state(1))
      const lost = [...link.outbox.rows].filter(
        ([number, key]) => !isWithheld(key) && !link.centre.taken.has(`1:${number}`),
      )
      const inGaps = lost.filter(([number]) => missing(ranges, [number, number]).length === 0)
      assert.equal(inGaps.length, lost.length, 'every record that is missing is in the gaps')
      assert.ok(numbers < link.outbox.last * 0.25, `${numbers} of ${link.outbox.last} are missing`)
      assert.ok(link.centre.taken.values().every((times) => times === 1))
    }
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Rollout, type Seen, desiredBy, newRollout, ordered, step } from './rollout.ts'
import { wavesOf } from './waves.ts'

const DIGEST = 'd'.repeat(64)

/** What a site may say of the set, and how much time passes before the next look. */
const happening = fc.record({
  site: fc.nat(11),
  state: fc.constantFrom('good', 'failed', 'rolled-back', 'watching', 'silence', 'ill'),
  afterMs: fc.constantFrom(1000, 30_000, 700_000),
  order: fc.constantFrom(undefined, undefined, undefined, 'pause', 'resume'),
})

const plan = fc.record({
  waves: fc.array(fc.integer({ min: 1, max: 4 }).map(String), { minLength: 1, maxLength: 4 }),
  failedPercent: fc.constantFrom(0, 10, 50),
  soakSeconds: fc.constantFrom(0, 20),
})

function failedIn({ plan: { waves }, sites }: Rollout, wave: number): number {
  return (waves[wave] ?? []).filter((site) => sites[site]?.state === 'failed').length
}

test('whatever sites say: never two waves ahead, never beyond the limit, and who goes back has had it', () => {
  fc.assert(
    fc.property(plan, fc.array(happening, { maxLength: 120 }), (given, happenings) => {
      const names = Array.from({ length: 12 }, (_, at) => `s${at}`)
      const { failedPercent, soakSeconds } = given
      const settings = { failedPercent, soakSeconds, silentSeconds: 600, digest: DIGEST }
      const waves = wavesOf(names, given.waves)
      assert.deepEqual(waves.flat(), names, 'each in one wave')
      let rollout = newRollout({ ...settings, revision: 1, waves })
      const seen = new Map<string, Seen>()
      let nowMs = 1_000_000
      for (const { site, state, afterMs, order } of happenings) {
        nowMs += afterMs
        const name = `s${site}`
        const problems = state === 'ill' ? 1 : 0
        const isAsked = rollout.sites[name] !== undefined
        if (state !== 'silence' && isAsked) {
          const own = state === 'ill' ? 'good' : state
          seen.set(name, {
            heardAt: nowMs,
            digest: DIGEST,
            state: own,
            reason: 'r',
            problems,
            problem: 'p',
          })
        }
        if (order !== undefined) rollout = ordered(rollout, order, 'li') ?? rollout
        const before = rollout
        rollout = step(rollout, seen, nowMs)
        assert.ok(rollout.wave - before.wave <= 1, 'one wave at a time')
        if (before.phase !== 'running') assert.equal(rollout.wave, before.wave)
        if (rollout.wave > before.wave && before.wave >= 0) {
          const last = waves[before.wave] ?? []
          const isDone = last.every(
            (each) =>
              rollout.sites[each]?.state !== 'asked' ||
              nowMs - (seen.get(each)?.heardAt ?? 0) > 600_000,
          )
          assert.ok(isDone, 'the wave before has answered, or is silent')
          assert.ok(Object.values(rollout.sites).some((each) => each.state === 'good'))
        }
        const goesOn = rollout.phase === 'running' || rollout.phase === 'paused'
        for (let wave = 0; wave <= rollout.wave && goesOn; wave++) {
          const most = (failedPercent * (waves[wave]?.length ?? 0)) / 100
          assert.ok(failedIn(rollout, wave) <= most, 'beyond the limit it goes on no more')
        }
        const desired = desiredBy(rollout, 7)
        assert.deepEqual([...desired.keys()].toSorted(), Object.keys(rollout.sites).toSorted())
        const isBack = rollout.phase === 'stopped' || rollout.phase === 'aborted'
        for (const each of desired.values()) assert.equal(each.action === 'roll-back', isBack)
      }
    }),
    { numRuns: 300 },
  )
})

function run(rollout: Rollout, seen: ReadonlyMap<string, Seen>, times: readonly number[]): Rollout {
  return times.reduce((last, seconds) => step(last, seen, seconds * 1000), rollout)
}

const settings = { digest: DIGEST, revision: 1, soakSeconds: 10, failedPercent: 40 }
const good = { digest: DIGEST, state: 'good', reason: '', problems: 0, problem: '' }

test('a site that is silent holds nobody up, and has the set when it is back', () => {
  const waves = [['a', 'b'], ['c']]
  const seen = new Map([['a', { ...good, heardAt: 2000 }]])
  let rollout = run(newRollout({ ...settings, waves, silentSeconds: 60 }), seen, [1, 3, 50])
  assert.equal(rollout.wave, 0, 'b may still answer')
  rollout = run(rollout, seen, [62, 63])
  assert.equal(rollout.wave, 1)
  assert.equal(desiredBy(rollout, 1).get('b')?.action, 'run')
  seen.set('b', { ...good, heardAt: 64_000 }).set('c', { ...good, heardAt: 64_000 })
  rollout = run(rollout, seen, [65, 80])
  assert.equal(rollout.phase, 'done')
  assert.equal(rollout.sites['b']?.state, 'good')
})

test('where nobody has proved it, it goes no further', () => {
  const start = newRollout({ ...settings, waves: [['a'], ['b']], silentSeconds: 60 })
  assert.equal(run(start, new Map(), [1, 100, 10_000]).wave, 0)
})

test('a fall in health while it soaks is a failure, and all go back', () => {
  const seen = new Map([['a', { ...good, heardAt: 2000 }]])
  let rollout = run(
    newRollout({ ...settings, waves: [['a'], ['b']], silentSeconds: 60 }),
    seen,
    [1, 3],
  )
  seen.set('a', { ...good, heardAt: 5000, problems: 1, problem: 'p' })
  rollout = run(rollout, seen, [6])
  assert.equal(rollout.phase, 'stopped')
  assert.deepEqual(
    [...desiredBy(rollout, 1)].map(([site, { action }]) => [site, action]),
    [['a', 'roll-back']],
  )
})

test('waves by number, by percent and the rest', () => {
  const names = Array.from({ length: 40 }, (_, at) => `s${at}`)
  assert.deepEqual(
    wavesOf(names, ['1', '5%', '25%', 'rest']).map((wave) => wave.length),
    [1, 2, 10, 27],
  )
  assert.throws(() => wavesOf(names, ['none']))
})

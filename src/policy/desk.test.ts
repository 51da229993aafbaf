import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../core/limits.ts'
import { type Answer, failed } from './decision.ts'
import { type Asked, PolicyDesk } from './desk.ts'
import type { Entry } from './log/decision-log.ts'

const yes: Answer = {
  kind: 'decided',
  decision: { allow: true, reason: 'so', redact: ['a'] },
  revision: 'r',
  holdMs: Infinity,
}

function asked(question: string, more: Partial<Asked> = {}): Asked {
  return { question, known: undefined, time: 5, records: 2, ...more }
}

function stand(evaluate: (question: string) => Answer): {
  readonly desk: PolicyDesk
  readonly log: Entry[]
} {
  const log: Entry[] = []
  const append = (entries: readonly Entry[]): void => void log.push(...entries)
  return { desk: new PolicyDesk({ evaluate }, { append }), log }
}

test('answers come in their order, and stand in the log when they come', async () => {
  const { desk, log } = stand((question) => (question === '{"b":1}' ? failed('no') : yes))
  const known = { decision: { allow: false, reason: 'known', redact: [] }, revision: 'q' }
  const answers = await desk.answer([asked('{"a":1}'), asked('{"b":1}'), asked('{}', { known })])
  assert.deepEqual(answers, [yes, failed('no'), { kind: 'decided', ...known, holdMs: Infinity }])
  const times = { first: 5, last: 5, records: 2 }
  assert.deepEqual(log, [
    { question: '{"a":1}', allow: true, reason: 'so', redact: ['a'], revision: 'r', ...times },
    { question: '{"b":1}', allow: false, reason: 'no', redact: [], revision: '', ...times },
    { question: '{}', allow: false, reason: 'known', redact: [], revision: 'q', ...times },
  ])
})

test('what cannot be logged is not answered', async () => {
  const append = (): never => {
    throw new Error('disk full')
  }
  const desk = new PolicyDesk({ evaluate: () => yes }, { append })
  assert.deepEqual(await desk.answer([asked('{}')]), [
    failed('the decision log cannot be written: disk full'),
  ])
  assert.equal(desk.tally([]), 'disk full')
})

test('a policy that throws is a denial, and so is a question that is too long', async () => {
  const { desk, log } = stand(() => {
    throw new Error('odd')
  })
  const long = 'x'.repeat(limits.policyQuestionBytes + 1)
  const answers = await desk.answer([asked('{}'), asked(long)])
  assert.deepEqual(answers, [failed('the policy failed: odd'), failed('the question is too long')])
  assert.deepEqual(
    log.map(({ question }) => question),
    ['{}', '{}'],
  )
})

test('a policy that fails again and again is not asked for the rest', async () => {
  let calls = 0
  const { desk, log } = stand(() => {
    calls++
    return failed('down')
  })
  const answers = await desk.answer(Array.from({ length: 100 }, (_, at) => asked(`{"a":${at}}`)))
  assert.equal(calls, limits.policyServerCalls)
  assert.equal(answers.filter(({ kind }) => kind === 'failed').length, 100)
  assert.equal(log.length, 100)
})

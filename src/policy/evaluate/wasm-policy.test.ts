import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { shippedPolicy } from '../bundle/bundle.ts'
import { WasmPolicy } from './wasm-policy.ts'

const compiled = shippedPolicy(join(import.meta.dirname, '../../../policy'))

function question(record: Readonly<Record<string, unknown>>, more: object = {}): string {
  return JSON.stringify({
    action: 'export',
    data_stays_local: false,
    destination: 'centre',
    channel: 'uplink',
    principal: 'centre',
    site: 'ss-1',
    record: { kind: 'k', subject: { kind: 'feeder', id: 'f1' }, fields: [], ...record },
    ...more,
  })
}

const aggregate = { class: 'aggregate', window: 900, members: 5 }

test('an aggregate leaves, raw stays, and the answer says which policy it was', () => {
  const policy = new WasmPolicy(compiled)
  assert.deepEqual(policy.evaluate(question(aggregate)), {
    kind: 'decided',
    decision: {
      allow: true,
      reason: 'an aggregate of a quarter of an hour and five members or more',
      redact: [],
    },
    revision: compiled.revision,
    holdMs: Infinity,
  })
  const raw = policy.evaluate(question({ class: 'raw' }))
  assert.deepEqual(raw.kind === 'decided' && raw.decision, {
    allow: false,
    reason: 'raw readings never leave',
    redact: [],
  })
})

test('identifiers are named, in any script', () => {
  const fields = ['客户编号', 'severity', 'customer_id']
  const answer = new WasmPolicy(compiled).evaluate(question({ class: 'event', fields }))
  assert.deepEqual(answer.kind === 'decided' && answer.decision.redact, ['customer_id', '客户编号'])
})

test('why: which rules permit, which deny', () => {
  const policy = new WasmPolicy(compiled)
  assert.deepEqual(policy.explain(question({ ...aggregate, members: 1 })), {
    permits: [],
    denies: ['an aggregate of fewer than five members is raw'],
    redact: [],
  })
})

test('a question that is too long fails, one that cannot be read is denied, and the next one is answered', () => {
  const policy = new WasmPolicy(compiled)
  const long = question({ class: 'event', fields: ['x'.repeat(limits.policyQuestionBytes)] })
  assert.deepEqual(policy.evaluate(long), {
    kind: 'failed',
    text: 'the policy broke off: the question is too long',
  })
  const torn = policy.evaluate('{"action":')
  assert.equal(torn.kind === 'decided' && torn.decision.reason, 'no rule permits it')
  assert.equal(policy.evaluate(question(aggregate)).kind, 'decided')
})

test('evaluation keeps its memory: as many as POLICY_EVALUATIONS says', () => {
  const policy = new WasmPolicy(compiled)
  const before = policy.memoryBytes
  const evaluations = Number(process.env['POLICY_EVALUATIONS'] ?? 5000)
  for (let at = 0; at < evaluations; at++) {
    const asked = question({ ...aggregate, members: at, fields: [`customer_${at}`, 'mean'] })
    assert.equal(policy.evaluate(asked).kind, 'decided')
  }
  assert.equal(policy.memoryBytes, before)
})

test('what is no policy is refused by name', () => {
  const no = (wasm: Uint8Array<ArrayBuffer>, text: RegExp): void => {
    assert.throws(() => new WasmPolicy({ ...compiled, wasm }), text)
  }
  no(new Uint8Array(8), /cannot be used/)
  no(compiled.wasm.slice(0, 1000), /cannot be used/)
  no(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), /no compiled policy of ABI/)
  assert.throws(() => new WasmPolicy({ ...compiled, data: '{' }), /data is not JSON/)
})

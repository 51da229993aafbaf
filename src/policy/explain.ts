import { GridError, errorText } from '../core/errors.ts'
import type { Decision, Evaluator } from './decision.ts'
import { WasmPolicy } from './evaluate/wasm-policy.ts'
import { openLogForReading, rowNumbered } from './log/log-rows.ts'

export interface Explanation {
  readonly question: unknown
  readonly revision: string
  readonly decision: Decision
  /** Which rules permit and which deny, where the policy says so. */
  readonly rules: unknown
}

/** What would be decided of a question, and by which rules. Nothing leaves by it, and nothing is logged. */
export async function explainQuestion(policy: Evaluator, question: string): Promise<Explanation> {
  const answer = await policy.evaluate(question)
  if (answer.kind === 'failed') throw new GridError('input', answer.text)
  const { decision, revision } = answer
  const rules = policy instanceof WasmPolicy ? policy.explain(question) : undefined
  return { question: JSON.parse(question) as unknown, revision, decision, rules }
}

/** The question of a row of the log. */
export function loggedQuestion(directory: string, number: number): string {
  const db = openLogForReading(directory)
  try {
    const question = rowNumbered(db, number)?.question ?? ''
    if (question !== '') return question
    throw new GridError('not-found', `the decision log has no decision ${number}`)
  } finally {
    db.close()
  }
}

/** A question, or a record alone: that is asked about as the uplink would. */
export function questionAbout(text: string): string {
  let asked: unknown
  try {
    asked = JSON.parse(text)
  } catch (cause) {
    throw new GridError('input', `the record is not JSON: ${errorText(cause)}`, { cause })
  }
  const isRecord =
    typeof asked === 'object' && asked !== null && !('record' in asked) && !('action' in asked)
  return JSON.stringify(isRecord ? { ...UPLINK, record: asked } : asked)
}

const UPLINK = {
  action: 'export',
  data_stays_local: false,
  destination: 'centre',
  channel: 'uplink',
  principal: 'centre',
  site: '',
} as const

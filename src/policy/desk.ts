import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { type Answer, type Decision, type Evaluator, denied, failed } from './decision.ts'
import type { Entry } from './log/decision-log.ts'

/** A question, and of how many records it is asked at this time. */
export interface Asked {
  readonly question: string
  /** Decided already, but not yet logged in this interval. */
  readonly known: Known | undefined
  readonly time: number
  readonly records: number
}

export interface Known {
  readonly decision: Decision
  readonly revision: string
}

/** Where decisions are kept; throws what the disk throws. */
export interface Log {
  append(entries: readonly Entry[]): void
}

/** Evaluates, then logs, then answers: what leaves stands in the log before it does. What cannot be logged stays. */
export class PolicyDesk {
  #evaluator: Evaluator
  readonly #log: Log

  constructor(evaluator: Evaluator, log: Log) {
    this.#evaluator = evaluator
    this.#log = log
  }

  /** From now on this one decides. */
  renew(evaluator: Evaluator): void {
    this.#evaluator = evaluator
  }

  /** One answer for each, in their order. Never throws. */
  async answer(asked: readonly Asked[]): Promise<readonly Answer[]> {
    const answers: Answer[] = []
    for (let at = 0; at < asked.length; at += limits.policyServerCalls) {
      const some = asked.slice(at, at + limits.policyServerCalls)
      const given = await Promise.all(some.map((each) => this.#evaluate(each)))
      answers.push(...given)
      // A policy that fails so often fails for all: each more would take its time-out.
      const [first] = given
      if (given.length < limits.policyServerCalls || first === undefined) continue
      if (given.some(({ kind }) => kind !== 'failed')) continue
      answers.push(...asked.slice(answers.length).map(() => first))
      break
    }
    try {
      this.#log.append(asked.map((each, at) => entryOf(each, answers[at])))
      return answers
    } catch (thrown) {
      const text = `the decision log cannot be written: ${errorText(thrown)}`
      return asked.map(() => failed(text))
    }
  }

  /** Decisions that were used again since they were answered. Returns why they could not be logged, or nothing. */
  tally(entries: readonly Entry[]): string {
    try {
      this.#log.append(entries)
      return ''
    } catch (thrown) {
      return errorText(thrown)
    }
  }

  async #evaluate({ question, known }: Asked): Promise<Answer> {
    if (known !== undefined) return { kind: 'decided', ...known, holdMs: Infinity }
    if (question.length > limits.policyQuestionBytes) return failed('the question is too long')
    try {
      return await this.#evaluator.evaluate(question)
    } catch (thrown) {
      return failed(`the policy failed: ${errorText(thrown)}`)
    }
  }
}

function entryOf({ question, time, records }: Asked, answer: Answer | undefined): Entry {
  const { decision, revision } =
    answer?.kind === 'decided' ? answer : { decision: denied(answer?.text ?? ''), revision: '' }
  return { ...decision, revision, question: loggable(question), first: time, last: time, records }
}

/** A question that is too long to be asked is too long to be kept. */
function loggable(question: string): string {
  return question.length > limits.policyQuestionBytes ? '{}' : question
}

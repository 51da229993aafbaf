import { never } from '../../core/assert.ts'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../core/time.ts'
import { shippedPolicy, sitePolicy } from '../bundle/bundle.ts'
import { type Answer, type Evaluator, failed } from '../decision.ts'
import { ServerPolicy } from '../evaluate/server-policy.ts'
import { WasmPolicy } from '../evaluate/wasm-policy.ts'
import { IN_USE_AGAIN, NOTHING_LEAVES, type PolicyChoice } from './desk-messages.ts'

interface World {
  readonly clock: Clock
  readonly onAlarm: (text: string) => void
}

/** The policy that was chosen. One that cannot be loaded denies everything, says so, and is looked for again after a while. */
export class ChosenPolicy implements Evaluator {
  readonly #choice: PolicyChoice
  readonly #world: World
  #policy: Evaluator | undefined
  #fault = ''
  #nextTry = -Infinity

  constructor(choice: PolicyChoice, world: World) {
    this.#choice = choice
    this.#world = world
    this.#load()
  }

  /** Why it cannot be asked; empty: it can. */
  get fault(): string {
    return this.#policy === undefined ? this.#fault : ''
  }

  evaluate(question: string): Answer | Promise<Answer> {
    if (this.#policy === undefined) this.#load()
    return this.#policy?.evaluate(question) ?? failed(this.#fault)
  }

  #load(): void {
    const { clock, onAlarm } = this.#world
    if (clock() < this.#nextTry) return
    this.#nextTry = clock() + limits.policyRetryMs * 1000
    try {
      this.#policy = load(this.#choice)
      if (this.#fault !== '') onAlarm(IN_USE_AGAIN)
    } catch (thrown) {
      const text = errorText(thrown)
      if (text !== this.#fault) onAlarm(`${NOTHING_LEAVES}: ${text}`)
      this.#fault = text
    }
  }
}

export function load(choice: PolicyChoice): Evaluator {
  switch (choice.kind) {
    case 'shipped':
      return new WasmPolicy(shippedPolicy(choice.folder))
    case 'site':
      return new WasmPolicy(sitePolicy(choice))
    case 'server':
      return new ServerPolicy(choice.url)
  }
  return never(choice)
}

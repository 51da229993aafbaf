import { limits } from '../../core/limits.ts'
import { type PatternBudget, compilePattern } from './pattern.ts'
import type { MatcherKind, MatcherWords } from './read-request.ts'

export interface LabelMatcher {
  readonly kind: MatcherKind
  readonly name: string
  readonly value: string
  readonly matches: (value: string) => boolean
}

export function labelMatcher(words: MatcherWords, budget: PatternBudget): LabelMatcher {
  return { ...words, matches: testOf(words, budget) }
}

function testOf({ kind, value }: MatcherWords, budget: PatternBudget): LabelMatcher['matches'] {
  switch (kind) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
      return remembering(compilePattern(value, budget))
    case '!~': {
      const test = remembering(compilePattern(value, budget))
      return (text) => !test(text)
    }
  }
}

/** Points share devices and quantities: each name is compared once. */
function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = test(text)
    if (answers.size >= limits.httpNamesKept) answers.clear()
    answers.set(text, answer)
    return answer
  }
}

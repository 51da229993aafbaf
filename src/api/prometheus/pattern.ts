import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Pattern, parsePattern } from './pattern-syntax.ts'

/** Says whether a whole text is one that the pattern means. */
export type PatternTest = (text: string) => boolean

/** Steps that the patterns of one request may still take. */
export interface PatternBudget {
  steps: number
}

/**
 * A list of plain words, as Grafana writes it for a variable with many values, is a set. Everything else is followed in all its
 * ways at once (Thompson's construction): time grows with the length of the pattern times that of the text and never faster, whatever
 * the pattern.
 */
export function compilePattern(text: string, budget: PatternBudget): PatternTest {
  const pattern = parsePattern(text)
  const words = wordsOf(pattern)
  if (words !== undefined) return (word) => words.has(word)
  const program = new Program()
  program.add(pattern)
  return new PatternRun(program, budget).test
}

function wordsOf(pattern: Pattern): ReadonlySet<string> | undefined {
  const words = new Set<string>()
  for (const part of pattern.kind === 'choice' ? pattern.parts : [pattern]) {
    const word = wordOf(part)
    if (word === undefined) return undefined
    words.add(word)
  }
  return words
}

function wordOf(pattern: Pattern): string | undefined {
  if (pattern.kind !== 'sequence') return undefined
  let word = ''
  for (const part of pattern.parts) {
    if (part.kind !== 'one' || part.ranges.length !== 2) return undefined
    const [low = 0, high] = part.ranges
    if (low !== high) return undefined
    word += String.fromCodePoint(low)
  }
  return word
}

/** `one` goes on to the next instruction, the others to their targets; past the last is the match. */
type Instruction =
  | { readonly kind: 'one'; readonly ranges: readonly number[] }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'jump'; targets: readonly number[] }

class Program {
  readonly instructions: Instruction[] = []

  add(pattern: Pattern): void {
    switch (pattern.kind) {
      case 'one':
      case 'begin':
      case 'end':
        this.#push(pattern)
        return
      case 'sequence':
        for (const part of pattern.parts) this.add(part)
        return
      case 'choice':
        this.#choice(pattern.parts)
        return
      case 'repeat':
        this.#repeat(pattern)
        return
    }
  }

  #choice(parts: readonly Pattern[]): void {
    const fork = this.#jump()
    const starts: number[] = []
    const ends = parts.map((part) => {
      starts.push(this.#next)
      this.add(part)
      return this.#jump()
    })
    fork.targets = starts
    for (const end of ends) end.targets = [this.#next]
  }

  #repeat({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>): void {
    for (let time = 0; time < min; time++) {
      const start = this.#next
      this.add(part)
      // What needs no character is there already, however often it is repeated.
      if (this.#next === start) break
    }
    const forks = []
    if (max === Infinity) {
      const start = this.#next
      const fork = this.#jump()
      this.add(part)
      this.#jump().targets = [start]
      fork.targets = [start + 1, this.#next]
    } else {
      for (let time = min; time < max; time++) {
        const start = this.#next
        forks.push({ fork: this.#jump(), start })
        this.add(part)
      }
    }
    for (const { fork, start } of forks) fork.targets = [start + 1, this.#next]
  }

  get #next(): number {
    return this.instructions.length
  }

  #jump(): { kind: 'jump'; targets: readonly number[] } {
    const jump = { kind: 'jump' as const, targets: [] as readonly number[] }
    this.#push(jump)
    return jump
  }

  #push(instruction: Instruction): void {
    if (this.#next >= limits.patternInstructions) {
      throw new GridError('input', 'a pattern has too many parts, or repeats them too often', {
        hint: 'Make it shorter: .* stands for whatever is there.',
      })
    }
    this.instructions.push(instruction)
  }
}

class PatternRun {
  readonly #instructions: readonly Instruction[]
  readonly #budget: PatternBudget
  /** Round in which an instruction was last reached: each is followed once for each character. */
  readonly #reached: Float64Array
  #round = 0
  #now: number[] = []
  #next: number[] = []

  constructor({ instructions }: Program, budget: PatternBudget) {
    this.#instructions = instructions
    this.#budget = budget
    this.#reached = new Float64Array(instructions.length + 1)
  }

  readonly test: PatternTest = (text) => {
    const characters = Array.from(text)
    this.#next = []
    this.#round++
    this.#follow(0, 0, characters.length)
    for (const [at, character] of characters.entries()) {
      const code = character.codePointAt(0) as number
      ;[this.#now, this.#next] = [this.#next, []]
      this.#round++
      for (const index of this.#now) {
        const instruction = this.#instructions[index]
        if (instruction?.kind !== 'one' || !isIn(code, instruction.ranges)) continue
        this.#follow(index + 1, at + 1, characters.length)
      }
      this.#spend(this.#now.length)
    }
    return this.#reached[this.#instructions.length] === this.#round
  }

  /** Notes every instruction that waits for a character and can be reached from here without one. */
  #follow(start: number, at: number, length: number): void {
    const open = [start]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#reached[index] === this.#round) continue
      this.#reached[index] = this.#round
      this.#spend(1)
      const instruction = this.#instructions[index]
      if (instruction === undefined) continue
      if (instruction.kind === 'one') this.#next.push(index)
      else if (instruction.kind === 'jump') open.push(...instruction.targets)
      else if (instruction.kind === 'begin' ? at === 0 : at === length) open.push(index + 1)
    }
  }

  #spend(steps: number): void {
    this.#budget.steps -= steps
    if (this.#budget.steps >= 0) return
    throw new GridError('input', 'the patterns of the request take too long for so many names', {
      hint: 'Name the device or the quantity with = beside the pattern, or make it shorter.',
    })
  }
}

function isIn(code: number, ranges: readonly number[]): boolean {
  for (let at = 0; at < ranges.length; at += 2) {
    if (code >= (ranges[at] as number) && code <= (ranges[at + 1] as number)) return true
  }
  return false
}

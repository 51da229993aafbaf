import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/** A regular expression as a tree. `one` is a character in one of the ranges, `low high low high ...`, ends included. */
export type Pattern =
  | { readonly kind: 'one'; readonly ranges: readonly number[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }

/**
 * The part of RE2's syntax that people write about names: characters, `.`, classes, groups, alternatives, repetitions,
 * `\d \w \s`, `^` and `$`. The rest (flags, `\b`, `\p`, POSIX classes) is refused by its name: it must not mean something else here
 * than it does in Prometheus.
 */
export function parsePattern(text: string): Pattern {
  if (text.length > limits.patternCharacters) {
    throw new GridError('input', `a pattern is longer than ${limits.patternCharacters} characters`)
  }
  return new Parser(text).whole()
}

const LAST = 0x10ffff
const DIGIT = [0x30, 0x39]
const WORD = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
const SPACE = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20]
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: others(DIGIT),
  W: others(WORD),
  S: others(SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }

class Parser {
  readonly #text: string
  readonly #characters: readonly string[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#characters = Array.from(text)
  }

  whole(): Pattern {
    const pattern = this.#choice()
    if (this.#at < this.#characters.length) throw this.#refusal('a ) too many')
    return pattern
  }

  #choice(): Pattern {
    const parts = [this.#sequence()]
    while (this.#takes('|')) parts.push(this.#sequence())
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts }
  }

  #sequence(): Pattern {
    const parts: Pattern[] = []
    for (;;) {
      const next = this.#characters[this.#at]
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts }
      parts.push(this.#repeated(this.#atom()))
    }
  }

  #repeated(part: Pattern): Pattern {
    const counts = this.#counts()
    if (counts === undefined) return part
    // Lazy or not makes no difference to whether the whole matches.
    this.#takes('?')
    if (this.#counts() !== undefined) throw this.#refusal('a repetition of a repetition')
    return { kind: 'repeat', part, ...counts }
  }

  #counts(): { readonly min: number; readonly max: number } | undefined {
    if (this.#takes('*')) return { min: 0, max: Infinity }
    if (this.#takes('+')) return { min: 1, max: Infinity }
    if (this.#takes('?')) return { min: 0, max: 1 }
    if (this.#characters[this.#at] !== '{') return undefined
    const rest = this.#characters.slice(this.#at, this.#at + COUNTS_CHARACTERS).join('')
    const match = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(rest)
    if (match === null) return undefined
    const [whole, low, comma, high] = match
    const min = Number(low)
    const max = comma === '' ? min : high === '' ? Infinity : Number(high)
    if (max < min || (comma === '' && high !== '')) throw this.#refusal(`${whole} is no range`)
    this.#at += whole.length
    return { min, max }
  }

  #atom(): Pattern {
    const character = this.#take()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'one', ranges: this.#bracket() }
      case '.':
        return { kind: 'one', ranges: [0, LAST] }
      case '^':
        return { kind: 'begin' }
      case '$':
        return { kind: 'end' }
      case '*':
      case '+':
      case '?':
        throw this.#refusal(`nothing stands before ${character}`)
      case '\\':
        return this.#escape()
      default:
        return { kind: 'one', ranges: single(character) }
    }
  }

  #group(): Pattern {
    if (++this.#depth > limits.patternDepth) {
      throw this.#refusal(`more than ${limits.patternDepth} groups in each other`)
    }
    if (this.#takes('?') && !this.#takes(':')) throw this.#refusal('(? other than (?:')
    const pattern = this.#choice()
    if (!this.#takes(')')) throw this.#refusal('a ( without its )')
    this.#depth--
    return pattern
  }

  #escape(): Pattern {
    const character = this.#characters[this.#at]
    if (character === 'A') return (this.#at++, { kind: 'begin' })
    if (character === 'z') return (this.#at++, { kind: 'end' })
    return { kind: 'one', ranges: this.#escaped() }
  }

  #escaped(): readonly number[] {
    const character = this.#take()
    const ranges = CLASSES[character]
    if (ranges !== undefined) return ranges
    const control = CONTROLS[character]
    if (control !== undefined) return [control, control]
    if (/[A-Za-z0-9]/.test(character)) throw this.#refusal(`\\${character}`)
    return single(character)
  }

  #bracket(): readonly number[] {
    const isNegated = this.#takes('^')
    const ranges: number[] = []
    for (let isFirst = true; isFirst || this.#characters[this.#at] !== ']'; isFirst = false) {
      const low = this.#classItem()
      const [from] = low
      const isRange =
        low.length === 2 &&
        this.#characters[this.#at] === '-' &&
        this.#characters[this.#at + 1] !== ']'
      if (!isRange || from === undefined) {
        ranges.push(...low)
        continue
      }
      this.#at++
      const [to, end] = this.#classItem()
      if (to === undefined || to !== end || to < from) throw this.#refusal('a range in [] is wrong')
      ranges.push(from, to)
    }
    this.#at++
    return isNegated ? others(ranges) : ranges
  }

  #classItem(): readonly number[] {
    const character = this.#take()
    if (character === '[' && this.#characters[this.#at] === ':') throw this.#refusal('[:class:]')
    return character === '\\' ? this.#escaped() : single(character)
  }

  #takes(character: string): boolean {
    if (this.#characters[this.#at] !== character) return false
    this.#at++
    return true
  }

  #take(): string {
    const character = this.#characters[this.#at++]
    if (character === undefined) throw this.#refusal('it ends too early')
    return character
  }

  #refusal(what: string): GridError {
    const shown = this.#text.length > SHOWN ? `${this.#text.slice(0, SHOWN)}…` : this.#text
    return new GridError('input', `pattern ${shown}: ${what}`, {
      hint: 'Characters, ., [], (), |, *, +, ?, {n,m}, \\d, \\w and \\s are understood.',
    })
  }
}

/** `{1000,1000}` */
const COUNTS_CHARACTERS = 11
const SHOWN = 80

function single(character: string): readonly number[] {
  const code = character.codePointAt(0) ?? 0
  return [code, code]
}

/** Every character that is in none of the ranges. */
function others(ranges: readonly number[]): readonly number[] {
  const pairs: [number, number][] = []
  for (let at = 0; at < ranges.length; at += 2) {
    pairs.push([ranges[at] as number, ranges[at + 1] as number])
  }
  const rest: number[] = []
  let next = 0
  for (const [low, high] of pairs.toSorted(([a], [b]) => a - b)) {
    if (low > next) rest.push(next, low - 1)
    next = Math.max(next, high + 1)
  }
  if (next <= LAST) rest.push(next, LAST)
  return rest
}

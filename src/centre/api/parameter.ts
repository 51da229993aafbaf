import { readCount } from '../../api/parameters.ts'
import { readMoment } from '../../api/time-range.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'

/** A parameter of an address: what the document says of it, and how it is read. */
export interface Parameter<Value> {
  readonly about: string
  /** JSON Schema of what is written. */
  readonly schema: Readonly<Record<string, unknown>>
  /** @throws GridError `usage`. */
  readonly read: (text: string, name: string, nowUs: number) => Value
}

export function text(about: string): Parameter<string> {
  return {
    about,
    schema: { type: 'string', minLength: 1, maxLength: limits.searchCharacters },
    read: (given, name) => {
      if (given.length <= limits.searchCharacters && !given.includes('\0')) return given
      throw new GridError('usage', `${name}: at most ${limits.searchCharacters} characters`)
    },
  }
}

export function count(about: string, most: number): Parameter<number> {
  return {
    about,
    schema: { type: 'integer', minimum: 1, maximum: most },
    read: (given, name) => Math.min(readCount(given, name), most),
  }
}

/** Microseconds since 1970. */
export function moment(about: string): Parameter<number> {
  return {
    about: `${about} RFC 3339, epoch milliseconds, or -15m, -2h, -7d for so long ago.`,
    schema: { type: 'string' },
    read: (given, name, nowUs) => readMoment(given, name, Micros(nowUs)),
  }
}

export function choice<const Word extends string>(
  about: string,
  words: readonly Word[],
): Parameter<Word> {
  return {
    about,
    schema: { type: 'string', enum: words },
    read: (given, name) => {
      const found = words.find((word) => word === given)
      if (found !== undefined) return found
      throw new GridError('usage', `${name} ${given}: one of ${words.join(', ')} is needed`)
    },
  }
}

/** Where the page before has ended, from its `next`: words that nobody has to understand. */
export function cursor(size: number): Parameter<readonly string[]> {
  return {
    about: 'The page behind the one whose `next` this is.',
    schema: { type: 'string' },
    read: (given, name) => {
      const words = wordsIn(given)
      if (words?.length === size) return words
      throw new GridError('usage', `${name} ${given}: not what a page had as its next`)
    },
  }
}

export function writeCursor(words: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(words.map(String))).toString('base64url')
}

function wordsIn(given: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(Buffer.from(given, 'base64url').toString())
    const isOne = Array.isArray(words) && words.every((each) => typeof each === 'string')
    return isOne && !words.some((each) => each.includes('\0')) ? words : undefined
  } catch {
    return undefined
  }
}

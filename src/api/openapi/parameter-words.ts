import { type Schema, oneOf, text } from './schema.ts'
import type { ParameterWords } from './document.ts'

const moment = 'RFC 3339, epoch milliseconds, or -15m, -2h, -7d for so long ago.'

/** What several addresses of an edge take. */
export const device: ParameterWords = { about: 'Of this device only.', schema: text }
export const quantity: ParameterWords = { about: 'Of this quantity only.', schema: text }
export const from: ParameterWords = {
  about: `From this time on; without it, an hour before \`to\`. ${moment}`,
  schema: text,
}
export const to: ParameterWords = {
  about: `Before this time; without it, now. ${moment}`,
  schema: text,
}

export function limit(about: string): ParameterWords {
  return { about, schema: { type: 'integer', minimum: 1 } }
}

export function words(about: string, schema: Schema = text): ParameterWords {
  return { about, schema }
}

export function choice(about: string, known: readonly string[]): ParameterWords {
  return { about, schema: oneOf(known) }
}

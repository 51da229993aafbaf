import { type RoutesWords, json } from './document.ts'
import { limit, words } from './parameter-words.ts'
import {
  anything,
  count,
  flag,
  list,
  number,
  object,
  objectWith,
  orNull,
  text,
  time,
} from './schema.ts'

const head = objectWith({ number: count, hash: text, time: number }, { signature: text })
const decision = object({
  number: count,
  first: time,
  last: time,
  records: count,
  allow: flag,
  reason: text,
  redact: list(text),
  revision: text,
  question: orNull({ type: 'object' }),
})
const lines = list(
  object({
    site: text,
    destination: text,
    channel: text,
    class: text,
    records: count,
    redacted: list(text),
  }),
)
const certificate = object({
  format: { const: 1 },
  month: text,
  issued: time,
  isComplete: flag,
  policies: list(text),
  left: lines,
  stayed: lines,
  faults: list(text),
  uncleanEnds: count,
  head,
  publicKey: text,
})

/** What may leave the substation, and what did. */
export const policyWords: RoutesWords = {
  'GET /api/v1/policy/decisions': {
    summary: 'What was decided, the newest first.',
    parameters: { limit: limit('The newest so many only.') },
    answers: { 200: json(object({ decisions: list(decision) })) },
  },
  'GET /api/v1/policy/verify': {
    summary: 'Whether the log of decisions is as it was written.',
    answers: {
      200: json(
        objectWith(
          {
            whole: flag,
            key: text,
            rows: count,
            firstNumber: count,
            lastNumber: count,
            faults: list(text),
            uncleanEnds: count,
          },
          { head, firstBad: count },
        ),
      ),
    },
  },
  'GET /api/v1/policy/certificate': {
    summary: 'What left in a month, signed.',
    parameters: { month: { ...words('Such as 2026-11, of UTC.'), isRequired: true } },
    answers: { 200: json(object({ certificate, signature: text })) },
  },
  'GET /api/v1/policy/explain': {
    summary: 'What would be decided, and by which rules: of a row of the log, or of a record.',
    parameters: {
      row: words('A number of the log.', { type: 'integer', minimum: 1 }),
      record: words('One as JSON.'),
    },
    answers: {
      200: json(
        objectWith(
          {
            question: { type: 'object' },
            revision: text,
            decision: object({ allow: flag, reason: text, redact: list(text) }),
          },
          { rules: anything },
        ),
      ),
    },
  },
}

import { aggregates } from '../../core/aggregates.ts'
import { CHUNKS_TYPE } from '../prometheus/chunks-response.ts'
import { SAMPLES_TYPE } from '../prometheus/samples-response.ts'
import { type RoutesWords, json } from './document.ts'
import { choice, device, from, limit, quantity, to, words } from './parameter-words.ts'
import {
  about,
  anything,
  bytes,
  count,
  flag,
  list,
  mapOf,
  number,
  object,
  objectWith,
  oneOf,
  orNull,
  text,
  time,
} from './schema.ts'

const reading = object({ device: text, quantity: text, time, value: orNull(number), quality: text })
const damage = {
  damagedRows: about('Rows that the disk returned otherwise than written.', count),
}
const readings = objectWith({ readings: list(reading) }, damage)
const column = objectWith(
  {
    device: text,
    quantity: text,
    unit: text,
    times: about('Milliseconds since 1970.', list(number)),
    values: list(orNull(number)),
    qualities: about(
      'From which row on it is which.',
      list({ type: 'array', prefixItems: [count, text], minItems: 2, maxItems: 2 }),
    ),
  },
  { least: list(orNull(number)), greatest: list(orNull(number)) },
)
const columns = objectWith({ columns: list(column) }, damage)

const counts = {
  received: count,
  stored: count,
  duplicates: count,
  refused: about('By reason.', mapOf(count)),
  inFlight: count,
  thinned: count,
  thinnedWindows: count,
}

const results = {
  subject: words('Id of what they are about.'),
  name: words('The kind of event, or the quantity.'),
  processor: words('Who found it.'),
  from,
  to,
  width: words('From start to end, such as 10m.'),
  limit: limit('So many at most.'),
}
const found = {
  subject: text,
  subjectKind: text,
  name: text,
  processor: text,
  key: number,
  value: orNull(number),
  quality: text,
  fields: mapOf(anything),
}
const event = object({
  ...found,
  start: time,
  end: orNull(time),
  state: oneOf(['start', 'update', 'end', null]),
  severity: { type: 'integer', minimum: 0, maximum: 4 },
  revision: count,
})
const aggregate = object({ ...found, start: time, end: orNull(time), revision: count })

/** What was measured, and what was found in it. */
export const readingsWords: RoutesWords = {
  'GET /api/v1/points': {
    summary: 'What is measured where.',
    parameters: { device },
    answers: {
      200: json(
        object({
          points: list(object({ device: text, quantity: text, unit: text, modelled: flag })),
        }),
      ),
    },
  },
  'GET /api/v1/readings': {
    summary: 'Readings of a stretch of time, or values of windows of it.',
    parameters: {
      device,
      quantity,
      from,
      to,
      limit: limit('So many at most.'),
      format: choice('Without it, what Accept prefers.', ['json', 'csv', 'columns']),
      step: words('Length of a window, such as 15m.'),
      aggregate: choice('What of a window; without it, what suits the quantity.', aggregates),
      quality: choice('good: without those of bad quality.', ['good', 'all']),
    },
    answers: { 200: { 'application/json': { anyOf: [readings, columns] }, 'text/csv': text } },
  },
  'GET /api/v1/latest': {
    summary: 'The latest reading of each point.',
    parameters: { device, quantity, format: choice('As of readings.', ['json', 'csv']) },
    answers: { 200: { 'application/json': readings, 'text/csv': text } },
  },
  'GET /api/v1/ledger': {
    summary: 'What became of every reading that was received, to the unit.',
    parameters: { device },
    answers: {
      200: json(
        object({ devices: list(object({ device: text, ...counts })), totals: object(counts) }),
      ),
    },
  },
  'GET /api/v1/events': {
    summary: 'Events that processors found.',
    parameters: {
      ...results,
      order: choice('desc: the newest first.', ['asc', 'desc']),
      severity: words('As severe as this or more.', { type: 'integer', minimum: 0, maximum: 4 }),
    },
    answers: { 200: json(object({ events: list(event) })) },
  },
  'GET /api/v1/aggregates': {
    summary: 'Aggregates that processors found.',
    parameters: results,
    answers: { 200: json(object({ aggregates: list(aggregate) })) },
  },
  'GET /api/v1/derived': {
    summary: 'Readings that processors made of readings.',
    parameters: results,
    answers: { 200: json(object({ derived: list(object({ ...found, time })) })) },
  },
  'GET /api/v1/faults': {
    summary: 'Payloads that were refused, the newest first.',
    parameters: { device, limit: limit('The newest so many only.') },
    answers: {
      200: json(
        object({
          faults: list(
            object({
              number: count,
              time,
              device: text,
              reason: text,
              complaint: text,
              bytes: about('Hexadecimal digits.', text),
              isCut: flag,
            }),
          ),
        }),
      ),
    },
  },
  'POST /api/v1/read': {
    summary: 'Remote read of Prometheus, compressed with Snappy.',
    body: { [SAMPLES_TYPE]: bytes },
    answers: {
      200: {
        [SAMPLES_TYPE]: bytes,
        [CHUNKS_TYPE]: bytes,
      },
    },
  },
}

/** JSON Schema of the dialect that OpenAPI 3.1 has, 2020-12. */
export type Schema = Readonly<Record<string, unknown>>

export const text: Schema = { type: 'string' }
export const number: Schema = { type: 'number' }
export const count: Schema = { type: 'integer', minimum: 0 }
export const flag: Schema = { type: 'boolean' }
/** RFC 3339, UTC. */
export const time: Schema = { type: 'string', format: 'date-time' }
export const anything: Schema = {}
/** Their type of media says what they are. */
export const bytes: Schema = {}

/** All of these and nothing else. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, required: Object.keys(properties), ...CLOSED }
}

/** The first always, the second where there is something to say. */
export function objectWith(
  required: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>>,
): Schema {
  const properties = { ...required, ...optional }
  return { type: 'object', properties, required: Object.keys(required), ...CLOSED }
}

/** By names that are not known beforehand. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values }
}

export function list(items: Schema): Schema {
  return { type: 'array', items }
}

export function oneOf(words: readonly (string | null)[]): Schema {
  return { enum: words }
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

export function about(description: string, schema: Schema): Schema {
  return { ...schema, description }
}

const CLOSED = { additionalProperties: false }

import { GridError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'

/**
 * The query parameters of one request, by name. What is unknown, given twice or empty is refused: a misspelt `form=` must
 * not answer with the readings of another time.
 */
export function readParameters<const Name extends string>(
  query: unknown,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const values: Partial<Record<Name, string>> = {}
  for (const [given, value] of Object.entries(query as Record<string, unknown>)) {
    const name = names.find((known) => known === given)
    if (name === undefined) throw unknownParameter(given, names)
    if (typeof value !== 'string') throw new GridError('usage', `${name}: given more than once`)
    if (value === '') {
      throw new GridError('usage', `${name}: is empty`, {
        hint: `Leave ${name} out, or give it a value.`,
      })
    }
    values[name] = value
  }
  return values
}

/** A whole number from 1 on. */
export function readCount(text: string, name: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count
  throw new GridError('usage', `${name} ${text}: a whole number from 1 on is needed`)
}

function unknownParameter(given: string, names: readonly string[]): GridError {
  const [near] = nearest(given, names, 1)
  const known = names.length === 0 ? 'This address takes none.' : `Known are ${names.join(', ')}.`
  return new GridError('usage', `${given}: no such parameter`, {
    hint: near === undefined ? known : `Is ${near} meant? ${known}`,
  })
}

import { GridError } from '../core/errors.ts'
import type { TextForm } from './ports.ts'

/** What the parameter says, or else what `Accept` prefers. */
export function readFormat(
  format: string | undefined,
  accept: string | undefined,
): TextForm['format'] {
  if (format === undefined) return prefersCsv(accept ?? '') ? 'csv' : 'json'
  if (format === 'json' || format === 'csv') return format
  throw new GridError('usage', `format ${format}: json or csv is needed`)
}

/** CSV where it is named and weighs more than JSON does; `*` stands for JSON. */
function prefersCsv(accept: string): boolean {
  const weights = new Map<string, number>()
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(type, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  const csv = weights.get('text/csv') ?? 0
  return csv > (weights.get('application/json') ?? 0)
}

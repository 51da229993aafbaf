import type { StoredResult } from './result.ts'

/** A result from a row that joins it with its series. */
export function resultOf(row: Readonly<Record<string, unknown>>): StoredResult {
  const fields = row['fields'] as string | null
  return {
    kind: row['kind'] as StoredResult['kind'],
    name: row['name'] as string,
    subject: row['subject'] as number,
    key: row['key'] as number,
    time: row['time'] as number,
    end: row['end'] as number,
    value: (row['value'] as number | null) ?? NaN,
    quality: row['quality'] as number,
    revision: row['revision'] as number,
    severity: row['severity'] as number,
    state: (row['state'] as StoredResult['state'] | null) ?? undefined,
    fields: fields === null ? {} : (JSON.parse(fields) as StoredResult['fields']),
  }
}

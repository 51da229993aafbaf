import type { BothIndices, Indices, Reliability } from '../answers.ts'

const COLUMNS = [
  'saidiMinutes',
  'saifi',
  'caidiMinutes',
  'asai',
  'maifi',
  'customersServed',
  'customersInterrupted',
  'customerMinutes',
  'days',
] as const satisfies readonly (keyof Indices)[]

/** Two lines for all sites and for each: with major event days and without them. Ids of sites need no quotes. */
export function reliabilityCsv({ from, to, system, sites }: Reliability): string {
  const both = (site: string, { all, withoutMajorDays }: BothIndices): readonly string[] =>
    [
      { days: 'all', indices: all },
      { days: 'without major', indices: withoutMajorDays },
    ].map(({ days, indices }) =>
      [from, to, site, days, ...COLUMNS.map((name) => indices[name] ?? '')].join(),
    )
  const lines = [
    ['from', 'to', 'site', 'which', ...COLUMNS].join(),
    ...both('', system),
    ...sites.flatMap((each) => both(each.site, each)),
  ]
  return `${lines.join('\r\n')}\r\n`
}

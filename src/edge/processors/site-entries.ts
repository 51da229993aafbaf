import type { SiteEntry } from '../../kernel/site-book.ts'
import type { Site } from '../site/site.ts'

/** What processors are told of the substation: everything in the site file that results can be about. */
export function siteEntries({ site, voltageLevels, transformers, feeders, devices }: Site): {
  readonly entry: unknown
  readonly subjects: readonly SiteEntry[]
} {
  const of = (kind: SiteEntry['kind'], entries: readonly { readonly id: string }[]): SiteEntry[] =>
    entries.map((entry) => ({ kind, id: entry.id, entry }))
  return {
    entry: site,
    subjects: [
      ...of('site', [site]),
      ...of('voltageLevel', voltageLevels),
      ...of('transformer', transformers),
      ...of('feeder', feeders),
      ...of('device', devices),
    ],
  }
}

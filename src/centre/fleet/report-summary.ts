import type { StoredReport } from './site-reports.ts'

/** What a list of a thousand sites says of each; the page of one site has all. */
const SUMMARY = [
  'version',
  'siteFile',
  'policy',
  'set',
  'problemsTotal',
  'alarms',
  'uplink',
  'acknowledgementP99Seconds',
  'storage',
  'certificateEnds',
] as const

type Fields = Readonly<Record<string, unknown>>

export function reportSummary(stored: StoredReport | undefined): Fields | null {
  if (stored === undefined) return null
  const { heardAt, heardSecondsAgo, report } = stored
  const some = Object.fromEntries(SUMMARY.map((key) => [key, report[key] ?? null]))
  return { heardAt, heardSecondsAgo, ...some }
}

export function wholeReport(stored: StoredReport | undefined): Fields | null {
  if (stored === undefined) return null
  const { heardAt, heardSecondsAgo, report } = stored
  return { heardAt, heardSecondsAgo, ...report }
}

import type { SiteInfo } from './site-info.ts'
import { type Known, usePoll } from './poll.ts'

export type { FeederOutline, SiteInfo, TransformerOutline } from './site-info.ts'

/** The site file changes with a restart only. */
const SITE_MS = 60_000

export function useSite(): Known<SiteInfo> {
  return usePoll<SiteInfo>('/api/v1/site', SITE_MS)
}

import type { SiteInfo } from '../../src/api/ports.ts'
import { type Known, usePoll } from './poll.ts'

export type {
  DeviceOutline,
  FeederOutline,
  SiteInfo,
  TransformerOutline,
} from '../../src/api/ports.ts'

/** The site file changes with a restart only. */
const SITE_MS = 60_000

export function useSite(): Known<SiteInfo> {
  return usePoll<SiteInfo>('/api/v1/site', SITE_MS)
}

import type { AuditQuery } from '../../store/reader/audit-list.ts'
import { StoreReader } from '../../store/reader/store-reader.ts'
import { auditLine } from '../../api/audit-route.ts'

/** As HTTP has it: the time is RFC 3339. */
export interface AuditPage {
  readonly records: readonly {
    readonly time: string
    readonly request: string
    readonly who: string
    readonly address: string
    readonly device: string
    readonly command: string
    readonly outcome: string
    readonly detail: string
    readonly durationMs: number | null
  }[]
  readonly dropped: number
}

/** From a data folder, beside a running edge or without one. */
export function auditOfFolder(directory: string, query: AuditQuery): AuditPage {
  const reader = StoreReader.open(directory)
  try {
    const records = [...reader.audit(query)].map(
      (entry) => JSON.parse(auditLine(entry)) as AuditPage['records'][number],
    )
    return { records, dropped: reader.auditDropped }
  } finally {
    reader.close()
  }
}

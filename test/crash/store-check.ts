import { FolderSource } from '../../src/cli/query/folder-source.ts'
import { EdgeSource } from '../../src/cli/query/edge-source.ts'
import { type Address, formatAddress } from '../../src/core/address.ts'
import { GridError } from '../../src/core/errors.ts'
import { accountFaults, fetchAccounts } from './account.ts'
import { type Comparison, type Sent, compare } from './comparison.ts'
import type { DeviceRecord } from './record.ts'

/** What a data folder holds, whether an edge runs on it or not. */
export async function compareFolder(
  records: readonly Sent[],
  directory: string,
): Promise<Comparison> {
  let source: FolderSource | undefined
  try {
    source = new FolderSource(directory)
  } catch (thrown) {
    // An edge that died before its first commit leaves no journal: that is an empty store, which is right if nothing is acknowledged.
    if (!(thrown instanceof GridError) || !NO_JOURNAL.has(thrown.code)) throw thrown
  }
  try {
    return await compare(records, source ?? EMPTY)
  } finally {
    source?.close()
  }
}

/** What a running edge answers. */
export async function compareEdge(records: readonly Sent[], http: Address): Promise<Comparison> {
  return compare(records, new EdgeSource(formatAddress(http)))
}

export function requireWhole(comparison: Comparison): void {
  if (comparison.examples.length > 0) throw new Error(comparison.examples.join('; '))
}

/** `comparison`: of the store as it stood when no device was connected any more; undefined where some are. */
export async function requireAccounts(
  records: readonly DeviceRecord[],
  http: Address,
  comparison: Comparison | undefined,
): Promise<void> {
  const accounts = await fetchAccounts(http)
  const faults = records.flatMap((record) => {
    const { device } = record.sampler
    const account = accounts.find((one) => one.device === device)
    const stored = comparison === undefined ? undefined : (comparison.storedOf.get(device) ?? 0)
    return accountFaults(record, account, stored)
  })
  if (faults.length > 0) throw new Error(faults.join('; '))
}

const NO_JOURNAL = new Set(['not-found', 'input'])
const EMPTY = { readings: async function* () {}, nameOf: () => undefined }

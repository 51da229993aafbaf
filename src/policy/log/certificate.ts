import { type KeyObject, createPublicKey } from 'node:crypto'
import { GridError } from '../../core/errors.ts'
import { type Micros, formatTime } from '../../core/time.ts'
import { type Head, isSignedText, signText } from './log-head.ts'
import { type LogKey, publicPem } from './log-key.ts'
import { isNote } from './log-row.ts'
import { openLogForReading, rowsOf, storedBeginning, storedHead } from './log-rows.ts'
import { type Total, Totals, monthOf } from './totals.ts'
import { verifyLog } from './verify-log.ts'

/** What left in a month, and what was kept back, by class and road, as the log has it. */
export interface Certificate {
  readonly format: 1
  /** `2026-11`, of UTC. */
  readonly month: string
  readonly issued: string
  /** Not before the month is over. */
  readonly isComplete: boolean
  /** Revisions of the policies that decided, of the rows that are kept. */
  readonly policies: readonly string[]
  readonly left: readonly CertificateLine[]
  readonly stayed: readonly CertificateLine[]
  /** What is wrong with the log that this is read from; empty: every row of it is as it was written. */
  readonly faults: readonly string[]
  /** Starts without a stop before: counts of one interval at most may be too low for each. */
  readonly uncleanEnds: number
  /** Of the log that this was read from: it has to be in there for ever. */
  readonly head: Head
  readonly publicKey: string
}

export interface CertificateLine {
  readonly site: string
  readonly destination: string
  readonly channel: string
  readonly class: string
  readonly records: number
  readonly redacted: readonly string[]
}

export interface SignedCertificate {
  readonly certificate: Certificate
  /** Ed25519 over the certificate as JSON without spaces, in base64. */
  readonly signature: string
}

export interface CertificateOrder {
  readonly directory: string
  readonly month: string
  readonly now: Micros
  readonly anchorPath?: string | undefined
}

/** Verifies the log first, and says what it found. */
export function certify(order: CertificateOrder, key: LogKey): SignedCertificate {
  const { directory, month, now, anchorPath } = order
  const { faults, uncleanEnds } = verifyLog({ directory, key: key.public, anchorPath })
  const { totals, policies, head } = read(directory, month)
  const lines = totals.filter((total) => total.month === month)
  const certificate: Certificate = {
    format: 1,
    month,
    issued: formatTime(now),
    isComplete: monthOf(now) > month,
    policies,
    left: lines.filter(({ left }) => left).map(lineOf),
    stayed: lines.filter(({ left }) => !left).map(lineOf),
    faults,
    uncleanEnds,
    head,
    publicKey: publicPem(key.public),
  }
  return { certificate, signature: signText(JSON.stringify(certificate), key.secret) }
}

function read(
  directory: string,
  month: string,
): { readonly totals: readonly Total[]; readonly policies: string[]; readonly head: Head } {
  const db = openLogForReading(directory)
  try {
    db.exec('BEGIN')
    const totals = new Totals(storedBeginning(db).totals)
    const policies = new Set<string>()
    for (const row of rowsOf(db)) {
      totals.add(row)
      if (!isNote(row) && row.revision !== '' && monthOf(row.first) === month) {
        policies.add(row.revision)
      }
    }
    const head = storedHead(db)
    if (head === undefined) throw new GridError('not-found', 'the decision log is empty')
    const { number, hash, time } = head
    return { totals: totals.all(), policies: [...policies].sort(), head: { number, hash, time } }
  } finally {
    db.close()
  }
}

function lineOf({
  site,
  destination,
  channel,
  recordClass,
  records,
  redacted,
}: Total): CertificateLine {
  return { site, destination, channel, class: recordClass, records, redacted }
}

/** Throws a GridError where this was not signed by `key`, which is the edge's as its reader knows it. */
export function readCertificate(text: string, key: KeyObject): Certificate {
  const { certificate, signature } = decodeSigned(text)
  if (!isSignedText(JSON.stringify(certificate), signature, key)) {
    const isOwn = isSignedText(JSON.stringify(certificate), signature, ownKey(certificate))
    throw new GridError(
      'differs',
      isOwn
        ? 'the certificate is signed by another edge'
        : 'the certificate is not as it was signed',
    )
  }
  return certificate
}

function decodeSigned(text: string): SignedCertificate {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GridError('input', 'the certificate is not JSON', { cause })
  }
  if (typeof value === 'object' && value !== null && 'certificate' in value) {
    const { certificate } = value
    const isRead = typeof certificate === 'object' && certificate !== null && 'head' in certificate
    if (isRead && 'signature' in value && typeof value.signature === 'string') {
      return { certificate: certificate as Certificate, signature: value.signature }
    }
  }
  throw new GridError('input', 'this is no certificate of a decision log', {
    hint: 'busbar policy certificate --json writes one.',
  })
}

function ownKey({ publicKey }: Certificate): KeyObject {
  try {
    return createPublicKey(publicKey)
  } catch (cause) {
    throw new GridError('input', 'the certificate names no key', { cause })
  }
}

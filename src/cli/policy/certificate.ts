import { GridError } from '../../core/errors.ts'
import { Micros } from '../../core/time.ts'
import { type Certificate, type CertificateLine, certify } from '../../policy/log/certificate.ts'
import { fingerprint, readLogKey } from '../../policy/log/log-key.ts'
import type { Args } from '../command.ts'
import { tableLines } from '../query/table-text.ts'
import { requireFolder } from '../store/folder.ts'

export async function certificate(args: Args): Promise<number> {
  const directory = args.required('data')
  const month = args.required('month')
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new GridError('usage', `--month ${month}: a month such as 2026-11 is needed`)
  }
  requireFolder(directory)
  const key = readLogKey(directory)
  const order = { directory, month, now: Micros(Date.now() * 1000) }
  const signed = certify({ ...order, anchorPath: args.optional('head') }, key)
  const text = args.flag('json')
    ? `${JSON.stringify(signed, undefined, 2)}\n`
    : textOf(signed.certificate, fingerprint(key.public))
  process.stdout.write(text)
  return signed.certificate.faults.length === 0 ? 0 : 1
}

function textOf(certificate: Certificate, key: string): string {
  const { month, issued, isComplete, left, stayed, policies, faults, head } = certificate
  const lines = [
    `What left in ${month} (UTC)${isComplete ? '' : ', which is not over'}, as of ${issued}`,
    ...table(left, 'Nothing left.'),
    'What was kept back',
    ...table(stayed, 'Nothing asked in vain.'),
    `policies ${policies.join(', ')}`,
    `head ${head.number} ${head.hash}`,
    `key ${key}`,
    ...faults.map((fault) => `NOT WHOLE: ${fault}`),
    'Signed with --json.',
  ]
  return `${lines.join('\n')}\n`
}

const TITLES = ['site', 'destination', 'channel', 'class', 'records', 'taken away']

function table(lines: readonly CertificateLine[], none: string): string[] {
  if (lines.length === 0) return [`  ${none}`]
  const cells = lines.map(
    ({ site, destination, channel, class: recordClass, records, redacted }) => [
      site,
      destination,
      channel,
      recordClass,
      String(records),
      redacted.join(' '),
    ],
  )
  const rows = [TITLES, ...cells]
  const widths = TITLES.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return tableLines(rows, widths, 4)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
}

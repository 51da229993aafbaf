import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { GridError, errorText } from '../../core/errors.ts'
import { publicKeyOf } from '../../policy/bundle/bundle.ts'
import { readCertificate } from '../../policy/log/certificate.ts'
import { fingerprint, readLogKey } from '../../policy/log/log-key.ts'
import { type Verification, verifyLog } from '../../policy/log/verify-log.ts'
import type { Args } from '../command.ts'
import { requireFolder } from '../store/folder.ts'

/** Needs nothing but the data folder, or a copy of it. */
export async function verify(args: Args): Promise<number> {
  const directory = args.required('data')
  requireFolder(directory)
  const keyPath = args.optional('key')
  const key = keyPath === undefined ? readLogKey(directory).public : publicKeyOf(textOf(keyPath))
  const result = verifyLog({
    directory,
    key,
    anchorPath: args.optional('head'),
    earlier: earlierHead(args.optional('certificate'), key),
  })
  const whose = { key: fingerprint(key), isNoted: keyPath !== undefined }
  process.stdout.write(
    args.flag('json')
      ? `${JSON.stringify({ whole: result.faults.length === 0, key: whose.key, ...result })}\n`
      : reportOf(result, whose),
  )
  return result.faults.length === 0 ? 0 : 1
}

function earlierHead(path: string | undefined, key: KeyObject): Verification['head'] {
  return path === undefined ? undefined : readCertificate(textOf(path), key).head
}

function reportOf(
  { rows, firstNumber, lastNumber, head, faults, uncleanEnds }: Verification,
  { key, isNoted }: { readonly key: string; readonly isNoted: boolean },
): string {
  const lines = [
    `${rows} rows, ${firstNumber} to ${lastNumber}`,
    ...(head === undefined ? [] : [`head ${head.number} ${head.hash}`]),
    `key ${key}${isNoted ? '' : ' (of the data folder itself: give the one that was noted down with --key)'}`,
    ...(uncleanEnds === 0
      ? []
      : [`${uncleanEnds} starts without a stop before: a few counts before each may be too low`]),
    ...faults,
    faults.length === 0 ? 'The log is whole.' : 'The log is not as it was written.',
  ]
  return `${lines.join('\n')}\n`
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('not-found', `${path}: ${errorText(cause)}`, { cause })
  }
}

import { GridError } from '../../core/errors.ts'
import { Micros, parseMoment } from '../../core/time.ts'
import { summaryOf } from '../../policy/log/totals.ts'
import { type Difference, type Replay, replayLog } from '../../policy/replay.ts'
import type { Args } from '../command.ts'
import { requireFolder } from '../store/folder.ts'
import { policyAt } from './given-policy.ts'

export async function replay(args: Args): Promise<number> {
  const directory = args.required('data')
  requireFolder(directory)
  const order = {
    directory,
    from: moment(args, 'from', -Infinity),
    to: moment(args, 'to', Infinity),
  }
  const result = await replayLog(order, policyAt(args.required('with')))
  process.stdout.write(args.flag('json') ? `${JSON.stringify(jsonOf(result))}\n` : textOf(result))
  return 0
}

function moment(args: Args, name: string, otherwise: number): number {
  const text = args.optional(name)
  if (text === undefined) return otherwise
  const found = parseMoment(text, Micros(Date.now() * 1000))
  if (found !== undefined) return found
  throw new GridError('usage', `--${name} ${text}: no time such as 2026-11-24T12:00:00Z or -7d`)
}

function jsonOf({ records, unknown, differences }: Replay): unknown {
  return {
    records,
    unknown,
    differences: differences.map(({ question, ...rest }) => ({
      ...rest,
      question: JSON.parse(question) as unknown,
    })),
  }
}

function textOf({ records, unknown, differences }: Replay): string {
  const changed = differences.reduce((sum, each) => sum + each.records, 0)
  const lines = [
    ...differences.map(lineOf),
    `${changed} of ${records} records would be decided differently.`,
    ...(unknown === 0 ? [] : [`${unknown} records were summed up, and cannot be asked again.`]),
  ]
  return `${lines.join('\n')}\n`
}

function lineOf({ question, records, was, now }: Difference): string {
  const { recordClass, kind, destination, channel, principal } = summaryOf(question)
  const what = `${records} x ${recordClass} ${kind} to ${destination} by ${channel} for ${principal}`
  return `${what}: ${wordOf(was)}, would ${now.allow ? 'leave' : 'stay'} (${now.reason})${taken(now.redact)}`
}

function wordOf({ allow, redact }: Difference['was']): string {
  return allow ? `left${taken(redact)}` : 'stayed'
}

function taken(names: readonly string[]): string {
  return names.length === 0 ? '' : ` without ${names.join(', ')}`
}

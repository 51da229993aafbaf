import { readRange } from '../../api/time-range.ts'
import { GridError } from '../../core/errors.ts'
import { Micros } from '../../core/time.ts'
import type { ReadingsQuery } from '../../store/reader/readings-query.ts'
import type { Args, Command } from '../command.ts'

/** What a command that reads takes to say which readings. */
export const SELECTION_OPTIONS = {
  device: { value: 'NAME', help: 'of this device only' },
  quantity: { value: 'NAME', help: 'of this quantity only, such as voltage.a' },
  from: {
    value: 'TIME',
    help: 'RFC 3339, epoch ms, or -15m, -2h, -7d (default 1 h before --to)',
  },
  to: { value: 'TIME', help: 'not included (default now, and 5 s for clocks that run ahead)' },
} as const satisfies Command['options']

export function selectionOf(args: Args): ReadingsQuery {
  const words = { from: args.optional('from'), to: args.optional('to'), prefix: '--' }
  const range = readRange(words, Micros(Date.now() * 1000))
  return { ...range, device: args.optional('device'), quantity: args.optional('quantity') }
}

export function refuseWords(args: Args, { name, example }: Command): void {
  const [extra] = args.positionals
  if (extra === undefined) return
  throw new GridError('usage', `${extra}: busbar ${name} takes options only`, { hint: example })
}

import type { Decided } from './log-row.ts'
import { summaryOf } from './totals.ts'

/** The least that a certificate needs of a decision. It cannot be asked again: what it was about is not known. */
export function summedUp({ question, allow }: Decided): Decided {
  const { destination, channel, site, recordClass } = summaryOf(question)
  return {
    revision: '',
    question: JSON.stringify({
      summed_up: true,
      destination,
      channel,
      site,
      record: { class: recordClass },
    }),
    allow,
    reason: 'one of more kinds of decisions than are logged one by one',
    redact: [],
  }
}

export function isSummedUp({ question }: Decided): boolean {
  return question.startsWith('{"summed_up":true')
}

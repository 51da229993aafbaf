import type { VNode } from 'preact'
import type { Result } from '../edge/answers.ts'
import { badge } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { fixed } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'

const TONES = { pass: 'good', fail: 'beyond', undecided: 'near', 'no-limit': 'plain' } as const
const CHANNELS = ['a', 'b', 'c', 'ab', 'bc', 'ca']
/** How the key of a harmonic is made: docs/processors/power-quality.md. */
const PHASE_KEYS = 64

/** The report of one week: a line for each parameter, then the counts of its events. */
export function complianceTable(reports: readonly Result[]): VNode {
  const judged = reports.filter(({ name }) => name !== 'compliance.events')
  const events = reports.find(({ name }) => name === 'compliance.events')
  return html`<div>
    ${table({
      caption: say('quality.weeks'),
      rows: judged,
      keyOf: ({ name, key }) => `${name} ${key}`,
      empty: say('common.none'),
      columns: [
        { title: say('quality.parameter'), cell: parameterOf },
        { title: say('quality.verdict'), cell: verdictOf },
        {
          title: say('quality.share'),
          isNumber: true,
          cell: ({ value }) => `${fixed(value, 2)}\u202f%`,
        },
        numberColumn(say('quality.percentile'), 'percentile'),
        { title: say('quality.limit'), isNumber: true, cell: limitText },
        numberColumn(say('quality.minimum'), 'min'),
        numberColumn(say('quality.maximum'), 'max'),
        {
          title: say('quality.valid'),
          isNumber: true,
          cell: ({ fields }) => [fields['valid'], fields['flagged'], fields['missing']].join(' / '),
        },
        { title: say('quality.standard'), cell: ({ fields }) => String(fields['standard'] ?? '') },
      ],
    })}
    ${
      events === undefined
        ? ''
        : html`<p class="notes">
            ${say('quality.counts')}:
            ${Object.entries(events.fields)
              .map(([name, count]) => `${name} ${count}`)
              .join(', ')}
          </p>`
    }
  </div>`
}

function numberColumn(title: string, field: string) {
  return {
    title,
    isNumber: true,
    cell: ({ fields }: Result) => fixed(Number(fields[field] ?? Number.NaN), 3),
  } as const
}

function parameterOf({ name, key }: Result): string {
  const kind = name.slice('compliance.'.length)
  const words = sayWord('compliance', kind)
  if (kind === 'harmonic') {
    const phase = CHANNELS[Math.floor(key / PHASE_KEYS)] ?? ''
    return `${words} ${key % PHASE_KEYS}, ${sayWord('phase', phase)}`
  }
  const channel = kind === 'voltage' || kind === 'thd' ? CHANNELS[key] : undefined
  return channel === undefined ? words : `${words}, ${sayWord('phase', channel)}`
}

function verdictOf({ fields }: Result): VNode {
  const verdict = String(fields['verdict'] ?? 'undecided')
  const tone = Object.hasOwn(TONES, verdict) ? TONES[verdict as keyof typeof TONES] : 'plain'
  return badge(sayWord('verdict', verdict), tone)
}

function limitText({ fields }: Result): string {
  const low = fields['limit.low']
  const high = fixed(Number(fields['limit'] ?? Number.NaN), 2)
  return low === undefined ? high : `${fixed(Number(low), 2)} … ${high}`
}

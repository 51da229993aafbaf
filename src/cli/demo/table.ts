/** What the demo shows of both sides; undefined or null: not known yet. */
export interface Figures {
  readonly devices: number
  readonly connections: number
  readonly ackP50Ms: number | null
  readonly ackP99Ms: number | null
  readonly refused: number
  readonly waiting: number
  readonly dropped: number
  readonly stored: number | undefined
  readonly readingsPerSecond: number | undefined
  readonly journalBytes: number | undefined
  readonly problems: readonly string[]
}

/** One line for each figure. */
export function tableText(figures: Figures): string {
  const { refused, waiting, dropped } = figures
  const rows: [string, string][] = [
    ['connections', `${count(figures.connections)} of ${count(figures.devices)}`],
    ['readings/s', count(figures.readingsPerSecond)],
    ['acknowledged in', `P50 ${ms(figures.ackP50Ms)}   P99 ${ms(figures.ackP99Ms)}`],
    ['stored', `${count(figures.stored)} readings`],
    ['journal', `${megabytes(figures.journalBytes)}, ${bytesPerReading(figures)} bytes a reading`],
    ['devices', `${count(refused)} refused, ${count(waiting)} waiting, ${count(dropped)} dropped`],
    ...figures.problems.map((problem): [string, string] => ['problem', shortened(problem)]),
  ]
  return rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}\n`).join('')
}

/** The same in one line, for a log. */
export function lineText(figures: Figures): string {
  const { dropped, refused } = figures
  return `${[
    `${count(figures.connections)} of ${count(figures.devices)} connected`,
    `${count(figures.readingsPerSecond)} readings/s`,
    `P50 ${ms(figures.ackP50Ms)}`,
    `P99 ${ms(figures.ackP99Ms)}`,
    `${count(figures.stored)} stored`,
    `${bytesPerReading(figures)} bytes a reading`,
    ...(refused > 0 ? [`${count(refused)} refused`] : []),
    ...(dropped > 0 ? [`${count(dropped)} dropped`] : []),
    ...figures.problems,
  ].join(', ')}\n`
}

/** A line that wraps could not be drawn over; the whole sentence is at /healthz. */
function shortened(sentence: string): string {
  return sentence.length <= SENTENCE_MAX ? sentence : `${sentence.slice(0, SENTENCE_MAX - 1)}…`
}

const SENTENCE_MAX = 60

function count(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en-US')
}

function ms(value: number | null): string {
  return value === null ? '- ms' : `${value.toFixed(value < 10 ? 1 : 0)} ms`
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '- MB' : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function bytesPerReading({ journalBytes, stored }: Figures): string {
  if (journalBytes === undefined || stored === undefined || stored === 0) return '-'
  return (journalBytes / stored).toFixed(1)
}

/** What the demo shows of a substation; undefined or null: not known yet. */
export interface SubstationFigures {
  readonly id: string
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
  readonly uplink: UplinkFigures | undefined
  /** Somebody has pulled the cable out. */
  readonly isCut: boolean
  readonly problems: readonly string[]
}

export interface UplinkFigures {
  readonly link: string
  /** Records that the centre has not acknowledged. */
  readonly pending: number
}

/** What the centre has of a site. */
export interface CentreFigures {
  readonly records: number
  /** Numbers that were given there and are not here. */
  readonly missing: number
}

export interface Figures {
  readonly substations: readonly SubstationFigures[]
  /** By id. */
  readonly centre: ReadonlyMap<string, CentreFigures>
}

/** A column for each substation, one line for each figure. */
export function tableText({ substations, centre }: Figures): string {
  const rows = ROWS.map(([name, cell]): string =>
    lineOf(
      name,
      substations.map((each) => cell(each, centre.get(each.id))),
    ),
  )
  const head = lineOf(
    '',
    substations.map(({ id }) => id),
  )
  const problems = substations.flatMap(({ id, problems: sentences }) =>
    sentences.map((sentence) => lineOf('problem', [shortened(`${id}: ${sentence}`)])),
  )
  return head + rows.join('') + problems.join('')
}

/** The same for a log: a line for each substation. */
export function lineText({ substations, centre }: Figures): string {
  return substations
    .map((figures) => `${figures.id}: ${lineParts(figures, centre.get(figures.id)).join(', ')}\n`)
    .join('')
}

type Cell = (figures: SubstationFigures, centre: CentreFigures | undefined) => string

const ROWS: readonly (readonly [string, Cell])[] = [
  ['connections', ({ connections, devices }) => `${count(connections)} of ${count(devices)}`],
  ['readings/s', ({ readingsPerSecond }) => count(readingsPerSecond)],
  ['acknowledged in', ({ ackP50Ms, ackP99Ms }) => `P50 ${ms(ackP50Ms)}   P99 ${ms(ackP99Ms)}`],
  ['stored', ({ stored }) => `${count(stored)} readings`],
  ['journal', (each) => `${megabytes(each.journalBytes)}, ${bytesPerReading(each)} B a reading`],
  ['refused, dropped', ({ refused, dropped }) => `${count(refused)}, ${count(dropped)}`],
  ['uplink', (each) => uplinkText(each)],
  ['at the centre', (_, centre) => centreText(centre)],
]

function lineParts(figures: SubstationFigures, centre: CentreFigures | undefined): string[] {
  const { dropped, refused, stored } = figures
  return [
    `${count(figures.connections)} of ${count(figures.devices)} connected`,
    `${count(figures.readingsPerSecond)} readings/s`,
    `P50 ${ms(figures.ackP50Ms)}`,
    `P99 ${ms(figures.ackP99Ms)}`,
    `${count(stored)} stored`,
    `${bytesPerReading(figures)} bytes a reading`,
    ...(refused > 0 ? [`${count(refused)} refused`] : []),
    ...(dropped > 0 ? [`${count(dropped)} dropped`] : []),
    `uplink ${uplinkText(figures)}`,
    `at the centre ${centreText(centre)}`,
    ...figures.problems,
  ]
}

/** Two columns fit into the narrowest terminal. */
function lineOf(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(18)}${cells.map((cell) => cell.padEnd(28)).join('')}`.trimEnd() + '\n'
}

function uplinkText({ uplink, isCut }: SubstationFigures): string {
  if (uplink === undefined) return '-'
  const { link, pending } = uplink
  return `${isCut ? 'cut' : link}, ${count(pending)} wait`
}

function centreText(centre: CentreFigures | undefined): string {
  if (centre === undefined) return '-'
  return `${count(centre.records)} records, ${count(centre.missing)} missing`
}

/** A line that wraps could not be drawn over; the whole sentence is at /healthz. */
function shortened(sentence: string): string {
  return sentence.length <= SENTENCE_MAX ? sentence : `${sentence.slice(0, SENTENCE_MAX - 1)}…`
}

const SENTENCE_MAX = 58

function count(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en-US')
}

function ms(value: number | null): string {
  return value === null ? '- ms' : `${value.toFixed(value < 10 ? 1 : 0)} ms`
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '- MB' : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function bytesPerReading({
  journalBytes,
  stored,
}: Pick<SubstationFigures, 'journalBytes' | 'stored'>): string {
  if (journalBytes === undefined || stored === undefined || stored === 0) return '-'
  return (journalBytes / stored).toFixed(1)
}

import { readCount } from '../api/parameters.ts'
import { CsvText, JsonText, type ReadingsText, csvField } from '../api/readings-text.ts'
import { aggregates, readQualityFilter, readWindows } from '../core/aggregates.ts'
import { GridError } from '../core/errors.ts'
import type { ReadingsChunk, ReadingsQuery } from '../store/reader/readings-query.ts'
import type { Args, Command } from './command.ts'
import { SOURCE_OPTIONS, chosenSource } from './query/chosen-source.ts'
import { explainNothing } from './query/nothing-found.ts'
import { Output } from './query/output.ts'
import { SELECTION_OPTIONS, refuseWords, selectionOf } from './query/selection.ts'
import type { NamedPoint, QuerySource } from './query/source.ts'
import { TableText, tableLines } from './query/table-text.ts'

/** Readings made into text at a time. */
const SLICE_READINGS = 512
const POINT_TITLES = ['device', 'quantity', 'unit'] as const
const FORMATS = ['table', 'csv', 'json'] as const

type Format = (typeof FORMATS)[number]

export const command: Command = {
  name: 'query',
  summary: 'Read points and readings, from a data folder or from a running edge.',
  options: {
    ...SOURCE_OPTIONS,
    ...SELECTION_OPTIONS,
    step: { value: 'LENGTH', help: 'one value for each window: 30s, 15m, 1h, 1d' },
    aggregate: {
      value: 'NAME',
      help: `of a window, instead of the quantity's own: ${aggregates.join(', ')}`,
    },
    quality: { value: 'good|all', help: 'leave out readings of bad quality, or not (default all)' },
    limit: { value: 'COUNT', help: 'the first COUNT readings only' },
    format: {
      value: 'table|csv|json',
      help: 'for people, spreadsheets, programs',
      default: 'table',
    },
    points: { help: 'list points instead of readings' },
    latest: { help: 'the latest reading of each point, whatever its time' },
  },
  example: 'busbar query --data var/demo --device f1-meter-001 --quantity voltage.a --from -15m',
  async run(args) {
    const request = requestOf(args)
    const source = chosenSource(args, command)
    const output = new Output(process.stdout)
    try {
      if (args.flag('points')) await printPoints(source, request, output)
      else {
        const { query, limit } = request
        const chunks = args.flag('latest') ? source.latest(query) : source.readings(query, limit)
        await printReadings({ source, chunks }, request, output)
      }
    } finally {
      source.close()
    }
    return 0
  },
}

interface Request {
  readonly query: ReadingsQuery
  readonly limit: number
  readonly format: Format
}

function requestOf(args: Args): Request {
  refuseWords(args, command)
  const format = FORMATS.find((known) => known === args.optional('format'))
  if (format === undefined) {
    throw new GridError(
      'usage',
      `--format ${args.optional('format')}: ${FORMATS.join(', ')} are known`,
    )
  }
  const count = args.optional('limit')
  const limit = count === undefined ? Infinity : readCount(count, '--limit')
  const words = { step: args.optional('step'), aggregate: args.optional('aggregate') }
  const query = {
    ...selectionOf(args),
    goodOnly: readQualityFilter(args.optional('quality'), '--'),
    windows: readWindows({ ...words, prefix: '--' }),
  }
  return { query, limit, format }
}

async function printReadings(
  { source, chunks }: { source: QuerySource; chunks: AsyncIterable<ReadingsChunk> },
  { query, format }: Request,
  output: Output,
): Promise<void> {
  const text = textOf(format, source)
  let readings = 0
  let damagedRows = 0
  for await (const chunk of chunks) {
    damagedRows += chunk.damagedRows
    if (chunk.times.length === 0) continue
    if (readings === 0 && !(await output.write(text.open()))) return
    readings += chunk.times.length
    if (!(await printChunk(chunk, text, output))) return
  }
  if (readings === 0) {
    await explainNothing(source, query)
    await output.write(text.open())
  }
  await output.write(text.close(damagedRows))
  if (damagedRows > 0) {
    process.stderr.write(
      `busbar: ${damagedRows} journal rows are damaged; their readings are missing above\n`,
    )
  }
}

async function printChunk(
  chunk: ReadingsChunk,
  text: ReadingsText,
  output: Output,
): Promise<boolean> {
  for (let start = 0; start < chunk.times.length; start += SLICE_READINGS) {
    const end = Math.min(start + SLICE_READINGS, chunk.times.length)
    if (!(await output.write(text.add({ chunk, start, end })))) return false
  }
  return true
}

function textOf(format: Format, source: QuerySource): ReadingsText {
  const namesOf = (point: number) => source.nameOf(point)
  switch (format) {
    case 'json':
      return new JsonText(namesOf)
    case 'csv':
      return new CsvText(namesOf)
    case 'table':
      return new TableText(namesOf)
  }
}

async function printPoints(source: QuerySource, request: Request, output: Output): Promise<void> {
  const { device, quantity } = request.query
  const points: NamedPoint[] = []
  for await (const point of source.points(device)) {
    if (quantity === undefined || point.quantity === quantity) points.push(point)
    if (points.length === request.limit) break
  }
  if (points.length === 0) await explainNothing(source, request.query)
  await output.write(pointsText(points, request.format))
}

function pointsText(points: readonly NamedPoint[], format: Format): string {
  const rows = points.map(({ device, quantity, unit }) => [device, quantity, unit])
  switch (format) {
    case 'json': {
      const lines = points.map(({ device, quantity, unit }) =>
        JSON.stringify({ device, quantity, unit }),
      )
      return `{"points":[\n${lines.join(',\n')}\n]}\n`
    }
    case 'csv':
      return [POINT_TITLES, ...rows].map((cells) => `${cells.map(csvField).join(',')}\n`).join('')
    case 'table': {
      const lines = [POINT_TITLES, ...rows]
      const widths = POINT_TITLES.map((_, at) =>
        lines.reduce((widest, cells) => Math.max(widest, cells[at]?.length ?? 0), 0),
      )
      return points.length === 0 ? '' : tableLines(lines, widths, undefined)
    }
  }
}

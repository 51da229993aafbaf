import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { GridError } from '../core/errors.ts'
import { quantityOf } from '../core/quantities.ts'
import type { ReadingsQuery } from '../store/reader/readings-query.ts'
import type { Command } from './command.ts'
import { CsvFormat } from './export/csv-format.ts'
import { PartialFile } from './export/partial-file.ts'
import { Progress } from './export/progress.ts'
import type { ReadingsFormat, Write } from './export/readings-format.ts'
import { SOURCE_OPTIONS, chosenSource } from './query/chosen-source.ts'
import { explainNothing } from './query/nothing-found.ts'
import { SELECTION_OPTIONS, refuseWords, selectionOf } from './query/selection.ts'
import type { NamedPoint, QuerySource } from './query/source.ts'

const FORMATS = ['csv', 'parquet'] as const
type Format = (typeof FORMATS)[number]

export const command: Command = {
  name: 'export',
  summary: 'Write readings to a file, CSV or Parquet, from a data folder or from a running edge.',
  options: {
    ...SOURCE_OPTIONS,
    ...SELECTION_OPTIONS,
    format: { value: 'csv|parquet', help: 'default: what FILE ends in' },
    out: { value: 'FILE', help: 'has this name once it is whole; one of that name is replaced' },
    json: { help: 'one line of JSON a second, and one at the end' },
  },
  example: 'busbar export --data var/demo --from -1h --out readings.parquet',
  async run(args) {
    refuseWords(args, command)
    const out = args.required('out')
    const format = formatOf(args.optional('format'), out)
    const query = selectionOf(args)
    const source = chosenSource(args, command)
    try {
      return await exportReadings(source, { query, format, out, json: args.flag('json') })
    } finally {
      source.close()
    }
  },
}

function formatOf(word: string | undefined, out: string): Format {
  const name = word ?? extname(out).slice(1)
  const format = FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  const what = word === undefined ? `--out ${out}: ends in no known format` : `--format ${word}`
  throw new GridError('usage', `${what}: ${FORMATS.join(' and ')} are known`, {
    hint: command.example,
  })
}

interface Request {
  readonly query: ReadingsQuery
  readonly format: Format
  readonly out: string
  readonly json: boolean
}

async function exportReadings(source: QuerySource, request: Request): Promise<number> {
  const { query, format, out, json } = request
  using file = new PartialFile(out)
  const readingsFormat = await formatFor(request, source, (bytes) => file.write(bytes))
  const startedMs = performance.now()
  const progress = new Progress({ to: query.to, json, output: process.stdout, startedMs })
  const interrupted = interruption()
  let readings = 0
  let damagedRows = 0
  for await (const chunk of source.readings(query, Infinity)) {
    damagedRows += chunk.damagedRows
    readings += chunk.times.length
    readingsFormat.add(chunk)
    const last = chunk.times.at(-1)
    if (last !== undefined) progress.show(last, readings, performance.now())
    // A folder is read without waiting for anything, so signals would never be heard.
    await setImmediate()
    if (interrupted.aborted) break
  }
  progress.end()
  if (interrupted.aborted) {
    process.stderr.write(`busbar: interrupted; ${out} was not written\n`)
    return 1
  }
  if (readings === 0) await explainNothing(source, query)
  readingsFormat.finish()
  file.complete()
  if (damagedRows > 0) {
    process.stderr.write(
      `busbar: ${damagedRows} journal rows are damaged; their readings are missing in ${out}\n`,
    )
  }
  const { bytes } = file
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  const line = { done: true, file: out, format, readings, bytes, damagedRows, seconds }
  process.stdout.write(
    json
      ? `${JSON.stringify(line)}\n`
      : `${out}: ${readings.toLocaleString('en-US')} readings, ${bytes.toLocaleString('en-US')} bytes, ${seconds} s\n`,
  )
  return 0
}

/** The second Ctrl-C ends the process at once, and leaves a file that ends in `.partial`. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort())
  }
  // Whoever read our lines is gone.
  process.stdout.on('error', () => controller.abort())
  return controller.signal
}

async function formatFor(
  { format, query }: Request,
  source: QuerySource,
  write: Write,
): Promise<ReadingsFormat> {
  switch (format) {
    case 'csv':
      return new CsvFormat((point) => source.nameOf(point), write)
    case 'parquet': {
      const { ParquetFormat } = await import('./export/parquet-format.ts')
      return new ParquetFormat(await pointLookup(source, query.device), write)
    }
  }
}

/** Where a device sent no unit the quantity's own holds; a point that appeared after the start has that one, too. */
async function pointLookup(
  source: QuerySource,
  device: string | undefined,
): Promise<(point: number) => NamedPoint> {
  const units = new Map<string, string>()
  for await (const point of source.points(device)) {
    if (point.unit !== '') units.set(`${point.device}\n${point.quantity}`, point.unit)
  }
  const known = new Map<number, NamedPoint>()
  return (number) => {
    let point = known.get(number)
    if (point === undefined) {
      const { device: owner = '', quantity = '' } = source.nameOf(number) ?? {}
      const unit = units.get(`${owner}\n${quantity}`) ?? quantityOf(quantity)?.unit ?? ''
      point = { device: owner, quantity, unit }
      known.set(number, point)
    }
    return point
  }
}

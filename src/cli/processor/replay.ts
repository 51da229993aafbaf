import { readRange } from '../../api/time-range.ts'
import { Micros } from '../../core/time.ts'
import { siteEntries } from '../../edge/processors/site-entries.ts'
import { loadSite } from '../../edge/site/site.ts'
import { checkModule } from '../../kernel/module-check.ts'
import { type Package, openPackage } from '../../kernel/package.ts'
import { Rehearsal } from '../../kernel/rehearsal.ts'
import { StoreReader } from '../../store/reader/store-reader.ts'
import { ResultsReader } from '../../store/results/results-reader.ts'
import type { Args } from '../command.ts'
import { readText, requireWord } from './project.ts'

/** What a module would have said of readings that are stored: beside a running edge, and without a trace in it. */
export async function run(args: Args, word: string): Promise<number> {
  const path = requireWord(word, 'the package to replay')
  const directory = args.required('data')
  const found = openPackage(readText(path), path)
  const words = { from: args.optional('from'), to: args.optional('to'), prefix: '--' }
  const range = readRange(words, Micros(Date.now() * 1000))
  const rehearsal = rehearse(found, args.optional('site'))
  const reader = StoreReader.open(directory)
  try {
    const points = [...reader.points()].map(({ point: number, ...own }) => ({ number, ...own }))
    rehearsal.introduce(points)
    const all = { device: undefined, quantity: undefined, ...range }
    for (const chunk of reader.readings(all)) {
      for (const result of rehearsal.feed(chunk)) {
        if (args.flag('json')) process.stdout.write(`${JSON.stringify(result)}\n`)
      }
    }
  } finally {
    reader.close()
  }
  const before = countStored(directory, { processor: found.manifest.name, range })
  if (!args.flag('json')) process.stdout.write(summary(rehearsal, before))
  return 0
}

function rehearse({ manifest, bytes, digest }: Package, siteFile: string | undefined): Rehearsal {
  const { name, version, reads } = manifest
  const site = siteFile === undefined ? undefined : loadSite(siteFile)
  const settings = site?.processors.own[name] ?? {}
  const entries = site === undefined ? { entry: {}, subjects: [] } : siteEntries(site)
  const module = checkModule(bytes, name)
  return new Rehearsal({ name, version, reads, digest, settings, module }, entries)
}

interface Stored {
  readonly processor: string
  readonly range: ReturnType<typeof readRange>
}

function countStored(directory: string, { processor, range }: Stored): Map<string, number> {
  using reader = new ResultsReader(directory)
  const counts = new Map<string, number>()
  for (const kind of ['derived', 'aggregate', 'event'] as const) {
    const query = { kind, ...range, processor, subject: undefined, name: undefined }
    for (const { name } of reader.results({
      ...query,
      widthUs: undefined,
      limit: Number.MAX_SAFE_INTEGER,
    }))
      counts.set(`${kind} ${name}`, (counts.get(`${kind} ${name}`) ?? 0) + 1)
  }
  return counts
}

function summary({ counts, readings }: Rehearsal, before: ReadonlyMap<string, number>): string {
  const names = [...new Set([...counts.keys(), ...before.keys()])].toSorted()
  const lines = names.map(
    (name) => `${name}: ${counts.get(name) ?? 0} now, ${before.get(name) ?? 0} stored`,
  )
  return [`${readings} readings`, ...lines, ''].join('\n')
}

import type { ProcessorInfo } from '../../api/ports.ts'
import type { Args } from '../command.ts'
import { askEdge, edgeUrl } from '../query/edge-request.ts'
import { tableLines } from '../query/table-text.ts'

const TITLES = ['name', 'version', 'readings', 'results', 'P99 ms', 'memory MB', 'state'] as const

/** The processors of a running edge. */
export async function run(args: Args): Promise<number> {
  const processors = await ask(args.required('url'))
  if (args.flag('json')) {
    process.stdout.write(`${JSON.stringify({ processors }, undefined, 1)}\n`)
    return 0
  }
  const lines = [[...TITLES], ...processors.map(cellsOf)]
  const widths = TITLES.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)))
  process.stdout.write(tableLines(lines, widths, undefined))
  return 0
}

function cellsOf(own: ProcessorInfo): string[] {
  const { name, version, readings, results, p99Seconds, memoryBytes } = own
  const figures = [(p99Seconds * 1000).toFixed(2), (memoryBytes / 1e6).toFixed(1)]
  return [name, version, String(readings), String(results), ...figures, stateOf(own)]
}

function stateOf({ fault, refused, shadow }: ProcessorInfo): string {
  if (fault !== '') return `stopped: ${fault}`
  if (refused !== '') return `runs; refused: ${refused}`
  // Where there is none JSON says null.
  if (!shadow) return 'runs'
  const { version, same, onlyOld, onlyNew } = shadow
  return `runs; ${version} in its shadow: ${same} the same, ${onlyOld} only before, ${onlyNew} only now`
}

async function ask(url: string): Promise<readonly ProcessorInfo[]> {
  const response = await askEdge(`${edgeUrl(url)}/api/v1/processors`)
  return ((await response.json()) as { processors: ProcessorInfo[] }).processors
}

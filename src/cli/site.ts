import { GridError } from '../core/errors.ts'
import { siteJsonSchema } from '../edge/site/schema.ts'
import { type Site, loadSite } from '../edge/site/site.ts'
import type { Args, Command } from './command.ts'

export const command: Command = {
  name: 'site',
  summary: 'Check a site file, or print its JSON Schema.',
  positionals: 'check FILE | schema',
  options: {},
  example: 'busbar site check examples/demo.yaml',
  run,
}

async function run({ positionals }: Args): Promise<number> {
  const [action, path, ...rest] = positionals
  if (action === 'check' && path !== undefined && rest.length === 0) return check(path)
  if (action === 'schema' && path === undefined) return schema()
  throw new GridError('usage', 'site: either check FILE or schema is needed', {
    hint: `Example: ${command.example}`,
  })
}

/** Faults go to standard output as compilers write them, so that an editor can jump to each. */
function check(path: string): number {
  try {
    process.stdout.write(`${path}: ok, ${summary(loadSite(path))}\n`)
    return 0
  } catch (thrown) {
    if (!(thrown instanceof GridError) || thrown.code !== 'input') throw thrown
    process.stdout.write(`${thrown.message}\n`)
    return thrown.exitCode
  }
}

function summary({ site, voltageLevels, transformers, feeders, devices }: Site): string {
  const counts = [
    count(devices, 'device'),
    count(feeders, 'feeder'),
    count(transformers, 'transformer'),
    count(voltageLevels, 'voltage level'),
  ]
  return `site ${site.id}, ${counts.join(', ')}`
}

function count({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`
}

function schema(): number {
  process.stdout.write(`${JSON.stringify(siteJsonSchema(), undefined, 2)}\n`)
  return 0
}

import { GridError } from '../../core/errors.ts'
import type { Args, Command } from '../command.ts'
import { EdgeSource } from './edge-source.ts'
import { FolderSource } from './folder-source.ts'
import type { QuerySource } from './source.ts'

/** What a command that reads takes to say from where. */
export const SOURCE_OPTIONS = {
  data: { value: 'DIR', help: 'data folder of an edge, running or not' },
  url: { value: 'URL', help: 'HTTP address of an edge, instead of --data' },
} as const satisfies Command['options']

export function chosenSource(args: Args, { name, example }: Command): QuerySource {
  const data = args.optional('data')
  const url = args.optional('url')
  if (data !== undefined && url === undefined) return new FolderSource(data)
  if (url !== undefined && data === undefined) return new EdgeSource(url)
  throw new GridError('usage', `busbar ${name} reads from one place: --data DIR or --url URL`, {
    hint: example,
  })
}

import { GridError } from '../../core/errors.ts'
import type { Args } from '../command.ts'
import { askCentre } from './centre-request.ts'

interface Listed {
  readonly id: number
  readonly phase: string
  readonly why: string
  readonly wave: number
  readonly revision: number
  readonly waves: readonly Readonly<Record<'sites' | 'asked' | 'good' | 'failed', number>>[]
  readonly failures: readonly { readonly site: string; readonly why: string }[]
}

/** Begins a rollout, or says what is under way. */
export async function run(args: Args, words: readonly string[]): Promise<number> {
  const [, action = 'list', word = ''] = words
  const path = '/api/v1/fleet/rollouts'
  if (action === 'list') return list(args, path)
  if (action === 'create') {
    const body = { set: word, ...planOf(args) }
    const { id } = (await askCentre(args, { method: 'POST', path, body })) as { id: number }
    process.stdout.write(`${id}\n`)
    return 0
  }
  if (!['pause', 'resume', 'abort'].includes(action) || word === '')
    throw new GridError('usage', 'busbar fleet rollout: create SET, pause, resume or abort ID')
  const answer = await askCentre(args, { method: 'POST', path: `${path}/${word}/${action}` })
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  return 0
}

/** Groups are lists of sites with semicolons between them. */
function planOf(args: Args): object {
  const text = args.required('waves')
  const areGroups = text.includes(';') || !/^(?:\d+%?|rest)(?:,|$)/.test(text)
  const waves = areGroups
    ? text.split(';').map((group) => group.split(',').filter((site) => site !== ''))
    : text.split(',')
  return {
    waves,
    soakSeconds: args.integer('soak-seconds', { min: 0, max: 604_800 }),
    failedPercent: args.integer('failed-percent', { min: 0, max: 100 }),
    silentSeconds: args.integer('silent-seconds', { min: 0, max: 2_592_000 }),
  }
}

async function list(args: Args, path: string): Promise<number> {
  const answer = (await askCentre(args, { method: 'GET', path })) as { rollouts: Listed[] }
  if (args.flag('json')) process.stdout.write(`${JSON.stringify(answer)}\n`)
  else for (const each of answer.rollouts) process.stdout.write(linesOf(each))
  return 0
}

function linesOf({ id, phase, why, wave, revision, waves, failures }: Listed): string {
  const count = (of: keyof Listed['waves'][number]): number =>
    waves.reduce((sum, each) => sum + each[of], 0)
  const counts = `${count('good')} good, ${count('asked')} asked, ${count('failed')} failed`
  return [
    `${id}: set ${revision}, ${phase}, wave ${wave + 1} of ${waves.length}: ${counts} of ${count('sites')}`,
    ...(why === '' ? [] : [`  ${why}`]),
    ...failures.map(({ site, why: reason }) => `  ${site}: ${reason}`),
    '',
  ].join('\n')
}

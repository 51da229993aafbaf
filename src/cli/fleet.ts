import { GridError } from '../core/errors.ts'
import type { Args, Command } from './command.ts'

type Action = (args: Args, words: readonly string[]) => Promise<number>

const ACTIONS: Readonly<Record<string, () => Promise<{ run: Action }>>> = {
  key: () => import('./fleet/key.ts'),
  sign: () => import('./fleet/sign.ts'),
  show: () => import('./fleet/show.ts'),
  trust: () => import('./fleet/trust.ts'),
  upload: () => import('./fleet/upload.ts'),
  sites: () => import('./fleet/listing.ts'),
  sets: () => import('./fleet/listing.ts'),
  audit: () => import('./fleet/listing.ts'),
  rollout: () => import('./fleet/rollout.ts'),
}

export const command: Command = {
  name: 'fleet',
  summary: 'Sign sets of site files, policy and processors, and roll them out.',
  positionals:
    'key | sign DIR | show DIR | trust KEY… | upload DIR | sites | sets | audit | rollout [create SET | pause ID | resume ID | abort ID]',
  options: {
    out: { value: 'FILE', help: 'key: where to' },
    key: { value: 'FILE', help: 'sign: the private key that busbar fleet key made' },
    revision: { value: 'N', help: 'sign: above that of every set before' },
    title: { value: 'TEXT', help: 'sign: for people', default: 'set' },
    'watch-seconds': {
      value: 'N',
      help: 'sign: for so long a site watches itself',
      default: '300',
    },
    data: { value: 'DIR', help: 'trust: data folder of an edge' },
    url: { value: 'URL', help: 'HTTP address of the centre', default: 'http://127.0.0.1:8081' },
    ca: { value: 'FILE', help: 'CA of its certificate (PEM)' },
    waves: {
      value: 'SIZES',
      help: 'rollout create: such as 1,5%,25%,rest; or groups: a,b;c,d',
      default: '1,5%,25%,rest',
    },
    'soak-seconds': { value: 'N', help: 'rollout create: between waves', default: '900' },
    'failed-percent': { value: 'N', help: 'rollout create: of a wave may fail', default: '10' },
    'silent-seconds': {
      value: 'N',
      help: 'rollout create: nobody waits for a site that is silent for so long',
      default: '3600',
    },
    json: { help: 'answers as JSON' },
  },
  example: 'busbar fleet sign sets/42 --key utility.pem --revision 42',
  async run(args) {
    const [action = '', ...words] = args.positionals
    const load = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (load === undefined) {
      const known = Object.keys(ACTIONS).join(', ')
      throw new GridError('usage', `busbar fleet does one of ${known}`, {
        hint: `Example: ${command.example}`,
      })
    }
    return (await load()).run(args, [action, ...words])
  },
}

import { GridError } from '../core/errors.ts'
import type { Args, Command } from './command.ts'

type Action = (args: Args, word: string) => Promise<number>

/** Loaded on demand: the compiler of AssemblyScript is large, and an edge does not have it. */
const ACTIONS: Readonly<Record<string, () => Promise<{ run: Action }>>> = {
  new: () => import('./processor/new.ts'),
  build: () => import('./processor/build.ts'),
  test: () => import('./processor/test.ts'),
  key: () => import('./processor/key.ts'),
  sign: () => import('./processor/sign.ts'),
  deploy: () => import('./processor/deploy.ts'),
  'roll-back': () => import('./processor/roll-back.ts'),
  list: () => import('./processor/list.ts'),
  replay: () => import('./processor/replay.ts'),
}

export const command: Command = {
  name: 'processor',
  summary: 'Make, sign, deploy and replay processors of your own.',
  positionals:
    'new DIR | build [DIR] | test [DIR] | key | sign FILE | deploy FILE | roll-back NAME | list | replay FILE',
  options: {
    out: { value: 'FILE', help: 'build, key: where to' },
    key: { value: 'FILE', help: 'sign: the private key that busbar processor key made' },
    data: {
      value: 'DIR',
      help: 'deploy, roll-back, replay: data folder of an edge, running or not',
    },
    url: {
      value: 'URL',
      help: 'list: HTTP address of a running edge',
      default: 'http://127.0.0.1:8080',
    },
    site: {
      value: 'FILE',
      help: 'replay: the site file, for what it says of devices and settings',
    },
    from: { value: 'TIME', help: 'replay: readings from here on, such as -7d' },
    to: { value: 'TIME', help: 'replay: and before this' },
    json: { help: 'list, replay: as JSON' },
  },
  example: 'busbar processor new high-load',
  async run(args) {
    const [action = '', word = '', extra] = args.positionals
    const load = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (load === undefined || extra !== undefined) {
      const known = Object.keys(ACTIONS).join(', ')
      throw new GridError('usage', `busbar processor does one of ${known}`, {
        hint: `Example: ${command.example}`,
      })
    }
    return (await load()).run(args, word)
  },
}

import { GridError } from '../core/errors.ts'
import type { Args, Command } from './command.ts'
import { certificate } from './policy/certificate.ts'
import { explain } from './policy/explain.ts'
import { replay } from './policy/replay.ts'
import { tryExamples } from './policy/examples.ts'
import { verify } from './policy/verify.ts'

/** What it knows to do; each answers with an exit code. */
const ACTIONS: Readonly<Record<string, (args: Args) => Promise<number>>> = {
  verify,
  certificate,
  replay,
  test: tryExamples,
  explain,
}

/** Those that take a word of their own. */
const WITH_WORD = ['explain']

export const command: Command = {
  name: 'policy',
  summary: 'Check what may leave the substation, and prove what did.',
  positionals: 'verify | certificate | replay | test | explain RECORD',
  options: {
    data: { value: 'DIR', help: 'data folder of an edge, running or not' },
    key: { value: 'FILE', help: 'verify: public key of the edge as it was noted down, PEM' },
    head: { value: 'FILE', help: 'verify: where the site keeps the head of the log, if elsewhere' },
    certificate: { value: 'FILE', help: 'verify: an earlier certificate, which has to fit' },
    month: { value: 'YYYY-MM', help: 'certificate: of this month, in UTC' },
    with: { value: 'PATH', help: 'replay: a .rego file, a folder of them, or a bundle.tar.gz' },
    from: { value: 'TIME', help: 'replay: decisions from then on, such as -7d' },
    to: { value: 'TIME', help: 'replay: decisions before then' },
    policy: {
      value: 'PATH',
      help: 'test, explain: this one instead of the one shipped; as --with',
    },
    opa: { value: 'URL', help: 'test, explain: an OPA server instead' },
    examples: { value: 'FILE', help: 'test: questions and the decisions that are expected, JSON' },
    json: { help: 'the answer as JSON' },
  },
  example: 'busbar policy verify --data /var/lib/busbar',
  run: async (args) => {
    const [name = '', word, extra] = args.positionals
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (
      action === undefined ||
      extra !== undefined ||
      (word !== undefined) !== WITH_WORD.includes(name)
    ) {
      throw new GridError(
        'usage',
        'busbar policy: verify, certificate, replay, test or explain RECORD is needed',
        { hint: `Example: ${command.example}` },
      )
    }
    return action(args)
  },
}

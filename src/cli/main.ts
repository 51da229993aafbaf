import manifest from '../../package.json' with { type: 'json' }
import { readFileSync } from 'node:fs'
import { GridError, errorText } from '../core/errors.ts'
import { type Command, helpText, parseCommandLine } from './command.ts'

/** Loaded on demand: a command pays only for what it uses. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  edge: () => import('./edge.ts'),
  centre: () => import('./centre.ts'),
  fleet: () => import('./fleet.ts'),
  simulate: () => import('./simulate.ts'),
  'simulate fleet': () => import('./simulate-fleet.ts'),
  demo: () => import('./demo.ts'),
  query: () => import('./query.ts'),
  export: () => import('./export.ts'),
  site: () => import('./site.ts'),
  device: () => import('./device.ts'),
  user: () => import('./user.ts'),
  command: () => import('./send-command.ts'),
  processor: () => import('./processor.ts'),
  audit: () => import('./audit.ts'),
  alarm: () => import('./alarm.ts'),
  ledger: () => import('./ledger.ts'),
  doctor: () => import('./doctor.ts'),
  health: () => import('./health.ts'),
  store: () => import('./store.ts'),
  policy: () => import('./policy.ts'),
  bench: () => import('./bench.ts'),
}

async function main(words: readonly string[]): Promise<number> {
  const [first = '', ...others] = words
  const isPair = Object.hasOwn(COMMANDS, `${first} ${others[0]}`)
  const name = isPair ? `${first} ${others[0]}` : first
  const rest = isPair ? others.slice(1) : others
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview())
    return name === '' ? 2 : 0
  }
  if (name === '--version') {
    process.stdout.write(
      `busbar ${manifest.version}, Node.js ${process.versions.node}, SQLite ${process.versions['sqlite']}\n`,
    )
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    throw new GridError('usage', `busbar has no command "${name}"`, { hint: 'See busbar --help.' })
  }
  const { command } = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpText(command))
    return 0
  }
  const args = parseCommandLine(command, rest)
  const tokenFile = args.optional('token-file')
  if (tokenFile !== undefined) process.env['BUSBAR_TOKEN'] = readToken(tokenFile)
  return command.run(args)
}

/** One line, which no word of a command line is. */
function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new GridError('usage', `--token-file ${path}: ${errorText(cause)}`, { cause })
  }
}

async function overview(): Promise<string> {
  const lines = ['Busbar: substation edge computing.', '', 'usage: busbar COMMAND [options]', '']
  for (const [name, load] of Object.entries(COMMANDS)) {
    lines.push(`  ${name.padEnd(14)} ${(await load()).command.summary}`)
  }
  lines.push(
    '',
    'busbar COMMAND --help shows its options and an example; busbar --version says which it is.',
  )
  return [...lines, ''].join('\n')
}

/** What failed and what to do next, on one line where the first is one line; a stack only for a bug of ours. */
function complaint(thrown: unknown): string {
  if (!(thrown instanceof GridError) || thrown.code === 'bug') {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  }
  const { message, hint } = thrown
  if (hint === undefined) return message
  return message.includes('\n') ? `${message}\n${hint}` : `${message.replace(/[.]?$/, '.')} ${hint}`
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (thrown: unknown) => {
    process.stderr.write(`busbar: ${complaint(thrown)}\n`)
    process.exitCode = thrown instanceof GridError ? thrown.exitCode : 1
  },
)

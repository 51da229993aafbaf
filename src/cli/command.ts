import { parseArgs } from 'node:util'
import { GridError, errorText } from '../core/errors.ts'

/** One option of a command: `--name VALUE`, or a flag where `value` is absent. */
export interface Option {
  /** What stands for the value in the help, e.g. `HOST:PORT`. Absent: a flag. */
  readonly value?: string
  readonly help: string
  readonly default?: string
}

export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What follows the name in the usage line, e.g. `check FILE`. */
  readonly positionals?: string
  readonly options: Readonly<Record<string, Option>>
  /** One command line that works as it stands. */
  readonly example: string
  /** Resolves when the command is done; the number is the exit code. */
  run(args: Args): Promise<number>
}

/** The options and positional words of one invocation, already checked against the command's table. */
export class Args {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, string | boolean | undefined>>

  constructor(
    values: Readonly<Record<string, string | boolean | undefined>>,
    positionals: readonly string[],
  ) {
    this.#values = values
    this.positionals = positionals
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  optional(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  required(name: string): string {
    const value = this.optional(name)
    if (value === undefined) throw new GridError('usage', `--${name} is missing`)
    return value
  }

  /** A whole number within bounds; the error names the option and the bounds. */
  integer(name: string, bounds: { readonly min: number; readonly max: number }): number {
    const text = this.required(name)
    const value = Number(text)
    if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
      throw new GridError(
        'usage',
        `--${name} ${text}: a whole number from ${bounds.min} to ${bounds.max} is needed`,
      )
    }
    return value
  }
}

/** Whoever asks a running edge or centre may have to say who it is. */
const TOKEN_OPTION = {
  'token-file': { value: 'FILE', help: 'with a token of busbar user token; or BUSBAR_TOKEN' },
} as const satisfies Command['options']

function optionsOf({ options }: Command): Command['options'] {
  return 'url' in options ? { ...options, ...TOKEN_OPTION } : options
}

export function parseCommandLine(command: Command, words: readonly string[]): Args {
  const options: Record<string, { type: 'string' | 'boolean'; default?: string }> = {}
  for (const [name, option] of Object.entries(optionsOf(command))) {
    options[name] = {
      type: option.value === undefined ? 'boolean' : 'string',
      ...(option.default === undefined ? {} : { default: option.default }),
    }
  }
  try {
    const { values, positionals } = parseArgs({
      args: bound(words, options),
      options,
      allowPositionals: true,
      strict: true,
    })
    return new Args(values as Record<string, string | boolean | undefined>, positionals)
  } catch (cause) {
    throw new GridError('usage', errorText(cause).replace(/\. To specify a positional.*$/s, ''), {
      hint: `See busbar ${command.name} --help.`,
      cause,
    })
  }
}

/** `--from -15m` means what it says: the next word is the value, though it begins with a dash. */
function bound(
  words: readonly string[],
  options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>,
): string[] {
  const joined: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const next = words[at + 1]
    const takesValue = word.startsWith('--') && options[word.slice(2)]?.type === 'string'
    if (takesValue && next !== undefined && /^-\d/.test(next)) {
      joined.push(`${word}=${next}`)
      at++
    } else joined.push(word)
  }
  return joined
}

export function helpText(command: Command): string {
  const rows = Object.entries(optionsOf(command)).map(([name, option]) => {
    const left = option.value === undefined ? `--${name}` : `--${name} ${option.value}`
    const preset = option.default === undefined ? '' : ` (default ${option.default})`
    return `  ${left.padEnd(26)} ${option.help}${preset}`
  })
  const words = command.positionals === undefined ? '' : ` ${command.positionals}`
  return [
    `${command.summary}`,
    '',
    `usage: busbar ${command.name}${words}${rows.length === 0 ? '' : ' [options]'}`,
    ...(rows.length === 0 ? [] : ['', ...rows]),
    '',
    `example: ${command.example}`,
    '',
  ].join('\n')
}

import { parseArgs } from 'node:util'

export interface RunOptions {
  readonly rounds: number
  readonly roundsName: 'cycles' | 'cuts'
  readonly seed: number
  /** Asked for by a person, who wants to see how it goes. */
  readonly onDemand: boolean
}

/** Without arguments, as in `npm test`, always the same few rounds; on demand any number, from any seed. */
export function readRunOptions(roundsName: RunOptions['roundsName']): RunOptions {
  const { values } = parseArgs({
    options: { [roundsName]: { type: 'string' }, seed: { type: 'string' } },
  })
  const onDemand = values[roundsName] !== undefined || values['seed'] !== undefined
  const seed = onDemand ? Math.floor(Math.random() * 1_000_000) : 1
  return {
    rounds: wholeNumber(roundsName, values[roundsName], 20),
    roundsName,
    seed: wholeNumber('seed', values['seed'], seed),
    onDemand,
  }
}

function wholeNumber(name: string, text: string | boolean | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} ${text}: no number`)
  return value
}

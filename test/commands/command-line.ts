import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Ending {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** `busbar` with these words, as a user types them. */
export async function busbar(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  return run(process.execPath, [MAIN, ...words], variables)
}

export async function run(
  program: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const child = spawn(program, words, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, output, errors }
}

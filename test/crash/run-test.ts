import type { TestContext } from 'node:test'
import { errorText } from '../../src/core/errors.ts'
import type { RunSettings } from './crash-run.ts'
import type { Tally } from './folder-run.ts'
import type { RunOptions } from './run-options.ts'
import { withScratch } from './scratch.ts'

export interface RunTest {
  readonly name: 'crash' | 'power-cut'
  readonly options: RunOptions
  readonly run: (settings: RunSettings) => Promise<Tally>
}

/** One run as a test: it tells what it did, and when it fails how to do that again. */
export async function runTest(t: TestContext, { name, options, run }: RunTest): Promise<void> {
  const { rounds, roundsName, seed, onDemand } = options
  await withScratch(name, async (folder) => {
    try {
      const report = onDemand ? console.log : () => {}
      t.diagnostic(JSON.stringify(await run({ folder, cycles: rounds, seed, report })))
    } catch (cause) {
      const again = `npm run test:${name} -- --${roundsName} ${rounds} --seed ${seed}`
      throw new Error(`${errorText(cause)}\n  Once more: ${again}`, { cause })
    }
  })
}

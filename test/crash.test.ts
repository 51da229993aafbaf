import { test } from 'node:test'
import { runCrashes } from './crash/crash-run.ts'
import { readRunOptions } from './crash/run-options.ts'
import { runTest } from './crash/run-test.ts'

const options = readRunOptions('cycles')

/**
 * Promise 1 of ARCHITECTURE.md: what is acknowledged stays, whatever becomes of the process; and promise 2: all of it is accounted for.
 * 20 cycles here; `npm run test:crash -- --cycles 1000 --seed 7` on demand.
 */
test(`kill -9 loses nothing acknowledged: ${options.rounds} cycles, seed ${options.seed}`, (t) =>
  runTest(t, { name: 'crash', options, run: runCrashes }))

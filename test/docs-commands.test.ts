import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noMachine, runOnMachine } from './docs/machine.ts'
import { OPERATING } from './docs/circumstances.ts'
import { scriptOf } from './docs/typed-pages.ts'

test(
  'docs/operating.md, typed from its first line to its last',
  { skip: noMachine() },
  async () => {
    const { code, said } = await runOnMachine(scriptOf(['docs/operating.md'], OPERATING))
    assert.equal(code, 0, said.slice(-3000))
  },
)

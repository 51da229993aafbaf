import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const COMMAND = join(import.meta.dirname, '../tools/prove-resources.ts')

test('within 2 cores and 512 MB an edge keeps up with 1,000 devices and 10,000 readings a second, for seconds', async (t) => {
  // Memory without a device is a matter of the whole proof, which waits half a minute for it.
  const words = [COMMAND, '--minutes', '0.15', '--messages', '1600', '--idle', '0']
  const { stdout } = await promisify(execFile)(process.execPath, words)
  t.diagnostic(stdout)
  assert.match(stdout, /^yes {2}\d+ readings a second stored/m)
  assert.match(stdout, /^yes {2}99 % acknowledged within/m)
  assert.match(stdout, /^passed$/m)
})

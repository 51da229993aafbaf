import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const LEASH = new URL('./leash.ts', import.meta.url).href

/** Starts a child on the leash, in a group of its own, and prints its process number. */
const PARENT = `
  const words = ['--import', ${JSON.stringify(LEASH)}, '-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)']
  const child = require('node:child_process').spawn(process.execPath, words, { detached: true, stdio: 'pipe' })
  child.stdout.once('data', () => console.log(child.pid))
`

test('a child does not outlive a parent that is killed', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const child = Number(line)
  assert.ok(runs(child))
  parent.kill('SIGKILL')
  for (let waitedMs = 0; runs(child); waitedMs += 20) {
    assert.ok(waitedMs < 3000, 'the child is still there')
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
})

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { builtInProcessors } from '../../kernel/built-in.ts'
import { Journal } from '../../store/journal.ts'
import { ProcessorHost } from './processor-host.ts'

test('a thread that cannot start is tried ever more rarely, given up, and there again when it can', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-host-'))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const said: string[] = []
  const bell = new Bell()
  const host = new ProcessorHost({
    directory,
    site: { entry: {}, subjects: [] },
    modules: { of: 'built-in', settings: {}, off: builtInProcessors.slice(1) },
    areSent: false,
    callMs: { usual: limits.processorCallMs, rare: limits.processorCallMs },
    onStatus: () => bell.ring(),
    publish: () => {},
    onEvents: () => {},
    warn: (text) => said.push(text),
  })
  try {
    for (let failure = 1; failure <= limits.processorFailures; failure++) {
      await bell.rung()
      assert.equal(host.isGivenUp, failure === limits.processorFailures, `failure ${failure}`)
      assert.match(host.failure, /unable to open database file/)
      if (failure < limits.processorFailures) t.mock.timers.tick(limits.processorRestartMsMax)
    }
    assert.equal(said.length, 1, 'it is said once')
    assert.equal(host.restarts, limits.processorFailures)

    new Journal(directory).db.close()
    t.mock.timers.tick(limits.processorRestartMsMax)
    await bell.rung()
    assert.equal(host.failure, '')
    assert.equal(host.isGivenUp, false)
    assert.equal(host.failure, '')
    assert.equal(host.status.processors.length, 1)
  } finally {
    await stopped(host, t)
    rmSync(directory, { recursive: true })
  }
})

async function stopped(host: ProcessorHost, t: TestContext): Promise<void> {
  t.mock.timers.reset()
  await host.stop()
}

/** Rings for whoever waits, or for the next who does. */
class Bell {
  #next = Promise.withResolvers<void>()

  ring(): void {
    this.#next.resolve()
  }

  async rung(): Promise<void> {
    await this.#next.promise
    this.#next = Promise.withResolvers()
  }
}

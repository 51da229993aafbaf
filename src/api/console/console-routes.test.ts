import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { formatAddress } from '../../core/address.ts'
import { OPEN_ACCESS, MemoryEdge, NOW } from '../memory-edge.test.ts'
import { startApi } from '../server.ts'

describe('the console', () => {
  test('is served as browsers take it, with nothing of node_modules but what it needs', async () => {
    const api = await startApi({
      address: { host: '127.0.0.1', port: 0 },
      view: new MemoryEdge(),
      access: OPEN_ACCESS,
      border: { passage: () => ({ clear: async () => [] }) },
      now: () => NOW,
      consoleRoot: join(import.meta.dirname, '../../..'),
    })
    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`http://${formatAddress(api.address)}${path}`, { headers })
    const page = await get('/')
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self';/)
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
    // Neither a script nor a style stands in the page: the policy would refuse it.
    assert.doesNotMatch(await page.text(), /<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/)

    const code = await get('/ui/main.ts')
    assert.equal(code.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.match(await code.text(), /from '\/ui\/packages\/preact\.js'/)
    const tag = code.headers.get('etag') ?? ''
    const again = await get('/ui/main.ts', { 'if-none-match': tag })
    assert.deepEqual([again.status, await again.text()], [304, ''])
    assert.equal((await get('/ui/packages/uplot.js')).status, 200)
    assert.equal(code.headers.get('content-encoding'), 'gzip')
    const plain = await get('/ui/main.ts', { 'accept-encoding': 'identity' })
    assert.equal(plain.headers.get('content-encoding'), null)
    assert.match(await (await get('/')).text(), /modulepreload" href="\/ui\/shell\/shell\.ts"/)

    for (const path of ['/ui/', '/ui/tsconfig.json', '/ui/format.test.ts', '/ui/..%2fpackage.json'])
      assert.equal((await get(path)).status, 404, path)
    // Whoever asks from outside gets the program, and nothing of the site.
    assert.equal((await get('/api/v1/site')).status, 403)
    await api.stop()
  })

  test('is not there where the composition names no folder', async () => {
    const view = new MemoryEdge()
    const address = { host: '127.0.0.1', port: 0 }
    const api = await startApi({
      address,
      view,
      access: OPEN_ACCESS,
      border: { passage: () => undefined },
      now: () => NOW,
    })
    assert.equal((await fetch(`http://${formatAddress(api.address)}/`)).status, 404)
    await api.stop()
  })
})

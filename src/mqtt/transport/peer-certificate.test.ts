import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitAltNames } from './peer-certificate.ts'

test('alternative names, as Node.js writes them', () => {
  for (const [text, names] of [
    ['', []],
    ['DNS:meter-1', ['DNS:meter-1']],
    ['DNS:a, IP Address:127.0.0.1, URI:urn:x:1', ['DNS:a', 'IP Address:127.0.0.1', 'URI:urn:x:1']],
    ['DNS:"a, DNS:b", DNS:c', ['DNS:a, DNS:b', 'DNS:c']],
    ['DNS:"a\\u0000b"', ['DNS:a\u0000b']],
    ['email:"say \\"hi\\"@x"', ['email:say "hi"@x']],
    ['IP Address:0:0:0:0:0:0:0:1', ['IP Address:0:0:0:0:0:0:0:1']],
  ] as const) {
    assert.deepEqual(splitAltNames(text), names, text)
  }
})

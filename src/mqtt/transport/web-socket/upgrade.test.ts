import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answerUpgrade } from './upgrade.ts'

const HEADERS = {
  host: 'edge:8083',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'chat, mqtt',
}

function status(
  changes: Readonly<Record<string, string | undefined>>,
  { url = '/mqtt', method = 'GET', origins = [] as readonly string[] } = {},
): string {
  const headers = { ...HEADERS, ...changes }
  const { isAccepted, head } = answerUpgrade({ method, url, headers }, origins)
  const found = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? ''
  assert.equal(isAccepted, found === '101')
  assert.ok(head.endsWith('\r\n\r\n'))
  return found
}

describe('the opening handshake', () => {
  test('the example of RFC 6455, 1.3', () => {
    const { isAccepted, head } = answerUpgrade(
      { method: 'GET', url: '/mqtt', headers: HEADERS },
      [],
    )
    assert.equal(isAccepted, true)
    assert.deepEqual(head.split('\r\n'), [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Sec-WebSocket-Protocol: mqtt',
      '',
      '',
    ])
  })

  test('what must be there', () => {
    assert.equal(status({}), '101')
    assert.equal(status({}, { url: '/mqtt?token=1' }), '101')
    assert.equal(status({}, { url: '/' }), '404')
    assert.equal(status({}, { url: '/mqtt/' }), '404')
    assert.equal(status({}, { method: 'POST' }), '400')
    assert.equal(status({ upgrade: 'h2c' }), '400')
    assert.equal(status({ 'sec-websocket-version': '8' }), '426')
    assert.equal(status({ 'sec-websocket-key': undefined }), '400')
    assert.equal(status({ 'sec-websocket-key': 'short==' }), '400')
    assert.equal(status({ 'sec-websocket-protocol': undefined }), '400')
    assert.equal(status({ 'sec-websocket-protocol': 'mqttv3.1, MQTT' }), '400')
  })

  test('an old version is told which one is spoken', () => {
    const headers = { ...HEADERS, 'sec-websocket-version': '8' }
    const { head } = answerUpgrade({ method: 'GET', url: '/mqtt', headers }, [])
    assert.match(head, /\r\nSec-WebSocket-Version: 13\r\n/)
  })

  test('origins: none, our own, or one that the site file names', () => {
    const origins = ['https://ops.example']
    assert.equal(status({ origin: 'http://edge:8083' }), '101')
    assert.equal(status({ origin: 'https://edge:8083' }), '101')
    assert.equal(status({ origin: 'https://edge', host: 'edge:443' }), '101')
    assert.equal(status({ origin: 'https://ops.example' }), '403')
    assert.equal(status({ origin: 'https://ops.example' }, { origins }), '101')
    assert.equal(status({ origin: 'https://ops.example.evil' }, { origins }), '403')
    assert.equal(status({ origin: 'null' }), '403')
    assert.equal(status({ origin: 'null', host: undefined }), '403')
    assert.equal(status({ origin: 'https://evil', host: ':::' }), '403')
    assert.equal(status({ origin: 'null' }, { origins: ['*'] }), '101')
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InsideNetwork, USUAL_INSIDE, isNetwork } from './inside-network.ts'

test('without a setting loopback, link-local and private addresses are inside', () => {
  const usual = new InsideNetwork(USUAL_INSIDE)
  const inside = ['127.0.0.1', '127.9.9.9', '::1', '169.254.1.1', 'fe80::1%eth0', '10.1.2.3']
  for (const address of [...inside, '172.16.0.1', '172.31.255.255', '192.168.4.4', 'fd00::7']) {
    assert.ok(usual.has(address), address)
  }
  for (const address of ['8.8.8.8', '172.32.0.1', '100.64.0.1', '2001:db8::1', '::', '0.0.0.0']) {
    assert.ok(!usual.has(address), address)
  }
})

test('an IPv4 address is the same as IPv6 writes it, and as a socket of MQTT does', () => {
  const own = new InsideNetwork(['10.20.0.0/16'])
  assert.ok(own.has('::ffff:10.20.3.4'))
  assert.ok(own.has('[::ffff:10.20.3.4]'))
  assert.ok(!own.has('::ffff:10.21.0.1'))
  assert.ok(!own.has('127.0.0.1'))
})

test('what is no address is outside', () => {
  const all = new InsideNetwork(['0.0.0.0/0', '::/0'])
  assert.ok(all.has('8.8.8.8') && all.has('2001:db8::1'))
  for (const address of ['', 'localhost', '10.0.0', '10.0.0.1:80']) assert.ok(!all.has(address))
})

test('a network is an address and so many bits', () => {
  for (const text of ['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32', '::/0']) assert.ok(isNetwork(text))
  for (const text of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10/8', 'x/8', '10.0.0.0/-1', '']) {
    assert.ok(!isNetwork(text), text)
  }
})

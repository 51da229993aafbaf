import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerNetwork } from './peer-network.ts'

test('an IPv4 address is one, however it is written', () => {
  assert.equal(peerNetwork('10.0.0.1'), '10.0.0.1')
  assert.equal(peerNetwork('::ffff:10.0.0.1'), '10.0.0.1')
  assert.equal(peerNetwork(''), '')
})

test('an IPv6 address counts with its /64', () => {
  for (const [address, network] of [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::9', '2001:db8:1:3::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['2001::5:4:3:2:1', '2001:0:0:5::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::10.0.0.1', '64:ff9b:0:0::/64'],
    ['::5:4:3:2:10.0.0.1', '0:0:5:4::/64'],
  ] as const) {
    assert.equal(peerNetwork(address), network, address)
  }
})

test('a link-local address stays whole', () => {
  assert.equal(peerNetwork('fe80::1%eth0'), 'fe80::1%eth0')
  assert.equal(peerNetwork('febf::2'), 'febf::2')
})

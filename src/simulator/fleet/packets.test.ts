import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Packets, publishedId, publishedPayload } from './packets.ts'

/** PUBLISH, QoS 1, topic "a", packet id 7, no properties, payload "xyz". */
const PUBLISH = Buffer.from([0x32, 9, 0, 1, 0x61, 0, 7, 0, 0x78, 0x79, 0x7a])
const PINGREQ = Buffer.from([0xc0, 0])

test('packets are cut wherever the network has cut them', () => {
  const bytes = Buffer.concat([PUBLISH, PINGREQ, PUBLISH])
  for (let at = 0; at <= bytes.length; at++) {
    const packets = new Packets()
    const cut = [...packets.cut(bytes.subarray(0, at)), ...packets.cut(bytes.subarray(at))]
    assert.deepEqual(cut, [PUBLISH, PINGREQ, PUBLISH])
  }
})

test('a packet has a length of up to four bytes', () => {
  const long = Buffer.concat([Buffer.from([0x32, 0x80, 0x80, 0x01]), Buffer.alloc(16_384)])
  assert.deepEqual(new Packets().cut(Buffer.concat([long, PINGREQ])), [long, PINGREQ])
})

test('what was published is found behind the topic, the packet id and the properties', () => {
  assert.equal(publishedPayload(PUBLISH)?.toString(), 'xyz')
  assert.equal(publishedPayload(PINGREQ), undefined)
  assert.equal(publishedId(PUBLISH), 7)
})

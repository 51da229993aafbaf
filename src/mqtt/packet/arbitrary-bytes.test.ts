import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { type Random, seededRandom } from '../../core/random.ts'
import { ProtocolError, type Version, reason } from '../reasons.ts'
import { decodeAcknowledgement } from './acknowledgement.ts'
import { decodeAuth } from './auth.ts'
import { decodeConnect } from './connect.ts'
import { decodeDisconnect } from './disconnect.ts'
import { assertFlags, remainingLength } from './fixed-header.ts'
import { decodePublish } from './publish.ts'
import { decodeSubscribe } from './subscribe.ts'
import { decodeUnsubscribe } from './unsubscribe.ts'

type Decode = (body: Uint8Array) => unknown

/** Every decoder, in every way in which it can be called. */
const packetDecoders: Decode[] = [decodeConnect, decodeAuth]
for (const version of [4, 5] as const satisfies Version[]) {
  for (const kind of [4, 5, 6, 7] as const) {
    packetDecoders.push((body) => decodeAcknowledgement(body, version, kind))
  }
  for (let flags = 0; flags < 16; flags++) {
    packetDecoders.push((body) => decodePublish({ first: 0x30 | flags, body, version }))
  }
  packetDecoders.push(
    (body) => decodeSubscribe(body, version),
    (body) => decodeUnsubscribe(body, version),
    (body) => decodeDisconnect(body, version),
  )
}
const decoders: Decode[] = [
  ...packetDecoders,
  (body) => remainingLength(body, 0, body.length),
  (body) => body.forEach(assertFlags),
]

/** The errors that a decoder can find; the others of the table are for whoever knows the session. */
const DECODING: ReadonlySet<number> = new Set([
  reason.malformed,
  reason.protocolError,
  reason.unsupportedVersion,
  reason.clientIdNotValid,
  reason.topicNameInvalid,
  reason.topicAliasInvalid,
  reason.quotaExceeded,
])

/** True if the bytes were decoded, false if they were refused as the standard says; anything else fails the test. */
function survives(decode: Decode, body: Uint8Array): boolean {
  const before = body.slice()
  try {
    decode(body)
    return true
  } catch (thrown) {
    assert.ok(
      thrown instanceof ProtocolError,
      `${Buffer.from(body).toString('hex')}: ${String(thrown)}`,
    )
    assert.ok(DECODING.has(thrown.reason), String(thrown.reason))
    return false
  } finally {
    assert.deepEqual(body, before)
  }
}

/** Whole packets of every kind to start from. */
const WHOLE = [
  '00044d51545405f6000a0511000000a000036d2d3105180000000500036162630002000100017500027077',
  '00044d51545404c2003c00016100017500017a',
  '0003612f621234162600016b000176230007010108000361626309000107deadbeef',
  '000a020b050003612f62010001232e',
  '0007000003612f2b000123',
  '1234970b1f00037768792600000000',
  '18111500037363611600010126000161000162',
].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

/** Cuts, repeats, overwrites: one to four small accidents. */
function damaged(random: Random): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit)
  const bytes = [...(WHOLE[below(WHOLE.length)] ?? [])]
  for (let accidents = 1 + below(4); accidents > 0; accidents--) {
    const at = below(bytes.length + 1)
    const kind = below(5)
    if (kind === 0) bytes.length = at
    else if (kind === 1) bytes.splice(at, below(4))
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + below(8)))
    else if (kind === 3) bytes[at] = below(256)
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
  }
  return Uint8Array.from(bytes)
}

describe('any bytes are a packet or an error of the standard', () => {
  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (body) => {
        for (const decode of decoders) survives(decode, body)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('damaged packets', () => {
    const random = seededRandom(42)
    let decoded = 0
    let refused = 0
    for (let round = 0; round < 1500; round++) {
      const body = damaged(random)
      for (const decode of decoders) {
        if (survives(decode, body)) decoded++
        else refused++
      }
    }
    assert.ok(decoded > 1000 && refused > 1000, `${decoded} decoded, ${refused} refused`)
  })

  test('the whole packets are whole', () => {
    for (const packet of WHOLE) {
      const found = packetDecoders.some((decode) => survives(decode, packet))
      assert.ok(found, Buffer.from(packet).toString('hex'))
    }
  })

  test('every cut of every whole packet', () => {
    for (const packet of WHOLE) {
      for (let length = 0; length <= packet.length; length++) {
        for (const decode of decoders) survives(decode, packet.slice(0, length))
      }
    }
  })

  test('a packet full of the smallest filters is refused after as many as we take', () => {
    const body = new Uint8Array(3 + 4 * 65_000)
    body.set([0, 1, 0])
    for (let at = 3; at < body.length; at += 4) body.set([0, 1, 0x61, 0], at)
    const { filtersPerPacket } = limits
    const most = body.subarray(0, 3 + 4 * filtersPerPacket)
    assert.equal(decodeSubscribe(most, 5).requests.length, filtersPerPacket)
    const quotaExceeded = { reason: reason.quotaExceeded }
    assert.throws(() => decodeSubscribe(body.subarray(0, most.length + 4), 5), quotaExceeded)
    assert.throws(() => decodeSubscribe(body, 5), quotaExceeded)
    const names = new Uint8Array(3 + 3 * (filtersPerPacket + 1)).fill(0x61)
    names.set([0, 1, 0])
    for (let at = 3; at < names.length; at += 3) names.set([0, 1], at)
    assert.equal(decodeUnsubscribe(names.subarray(0, -3), 5).filters.length, filtersPerPacket)
    assert.throws(() => decodeUnsubscribe(names, 5), quotaExceeded)
  })
})

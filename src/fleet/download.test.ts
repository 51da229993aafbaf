import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Download } from './download.ts'
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from './transfer.ts'

const DIGEST = 'ab'.repeat(32)
const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, at) => at & 255))

test('over a link that loses, repeats and cuts, every byte comes once', () => {
  const happenings = fc.array(fc.constantFrom('answered', 'lost', 'twice', 'cut', 'restart'), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(happenings, (each) => {
      let received = Buffer.alloc(0)
      let download = new Download(DIGEST, { received: 0, most: 1000 })
      let nowMs = 0
      for (const what of [...each, ...Array.from({ length: 40 }, () => 'answered')]) {
        nowMs += 20_000
        if (what === 'cut') download.reconnected()
        if (what === 'restart')
          download = new Download(DIGEST, { received: received.length, most: 1000 })
        const due = download.due(nowMs)
        if (due === undefined || what === 'lost') continue
        const asked = decodeRequest(encodeRequest(due))
        assert.ok(asked?.kind === 'read')
        const { offset } = asked
        const bytes = CONTENT.subarray(offset, offset + 64)
        const piece = { kind: 'piece', digest: DIGEST, offset, total: 1000, bytes } as const
        const answer = decodeAnswer(encodeAnswer(piece))
        assert.ok(answer !== undefined)
        for (let times = what === 'twice' ? 2 : 1; times > 0; times--) {
          const fresh = download.take(answer)
          if (fresh !== undefined) received = Buffer.concat([received, fresh])
        }
      }
      assert.ok(download.isDone)
      assert.deepEqual(received, CONTENT)
    }),
    { numRuns: 200 },
  )
})

test('what is not there, or is more than was said, ends it', () => {
  const absent = new Download(DIGEST, { received: 0, most: 10 })
  absent.take({ kind: 'nothing', digest: DIGEST })
  assert.ok(absent.isMissing)
  const huge = new Download(DIGEST, { received: 0, most: 10 })
  huge.take({ kind: 'piece', digest: DIGEST, offset: 0, total: 11, bytes: CONTENT })
  assert.ok(huge.isMissing && huge.received === 0)
})

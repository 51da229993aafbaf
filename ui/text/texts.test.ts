import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chineseCentre } from '../centre/text/chinese.ts'
import { englishCentre } from '../centre/text/english.ts'
import { chinese } from './chinese.ts'
import { english } from './english.ts'

test('both languages have the same texts, and each says the same values', () => {
  same(english, chinese)
  same(englishCentre, chineseCentre)
})

function same(
  ours: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): void {
  assert.deepEqual(Object.keys(theirs).sort(), Object.keys(ours).sort())
  const valuesOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
  for (const [key, text] of Object.entries(ours)) {
    assert.notEqual(text, '', key)
    assert.deepEqual(valuesOf(theirs[key] ?? ''), valuesOf(text), key)
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chinese } from './chinese.ts'
import { english } from './english.ts'

test('both languages have the same texts, and each says the same values', () => {
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort())
  const valuesOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
  for (const [key, text] of Object.entries(english)) {
    assert.notEqual(text, '', key)
    assert.deepEqual(valuesOf(chinese[key as keyof typeof english]), valuesOf(text), key)
  }
})

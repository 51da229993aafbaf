import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { compilePattern } from './pattern.ts'

function matches(pattern: string, text: string): boolean {
  return compilePattern(pattern, { steps: limits.patternSteps })(text)
}

describe('a pattern', () => {
  test('means the whole text', () => {
    assert.ok(matches('m1', 'm1'))
    assert.ok(!matches('m1', 'm12'))
    assert.ok(!matches('m1', 'am1'))
    assert.ok(matches('a|b', 'b'))
    assert.ok(!matches('a|b', 'ab'))
    assert.ok(matches('', ''))
    assert.ok(!matches('', 'a'))
    assert.ok(matches('^f1-.*$', 'f1-rtu'))
    assert.ok(!matches('f1^', 'f1'))
  })

  const texts = [
    '',
    'a',
    'b',
    'ab',
    'aab',
    'abab',
    'f1-meter-001',
    'voltage.a',
    'öl',
    'a]',
    'a-b',
    '{1}',
    '😀',
  ]
  const patterns = [
    'a*',
    'a+b?',
    '(ab)+',
    '(?:a|ab)(?:b|)',
    'a{2}b',
    'a{1,2}b',
    'a{0,}b',
    'f\\d+-meter-0{2}[0-9]',
    'voltage\\.[abc]',
    'voltage.a',
    '[^a]',
    '[^a-z]l',
    '[\\w]+',
    '\\W+l|\\D*',
    'a[]]',
    '[a-b]+',
    '[a-]+b',
    '{1}',
    '.',
    '(a*)*',
    '(a|b|)*?',
    '\\{1\\}',
    'x{0}a',
  ]
  test('agrees with JavaScript where both know the syntax', () => {
    for (const pattern of patterns) {
      // A bracket first in a class and a brace that counts nothing are Perl's and RE2's, not JavaScript's.
      const same = pattern.replace('[]]', '\\]').replace(/^\{1\}$/, '\\{1\\}')
      const expected = new RegExp(`^(?:${same})$`, 'su')
      for (const text of texts) {
        assert.equal(matches(pattern, text), expected.test(text), `${pattern} on ${text}`)
      }
    }
  })

  test('agrees with JavaScript on generated ones', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]')
    const count = fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}')
    const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
      pattern: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
      part: fc.oneof(
        { depthSize: 'small' },
        fc.tuple(atom, count).map((words) => words.join('')),
        fc
          .tuple(tie('pattern'), tie('pattern'), count)
          .map(([left, right, times]) => `(${left}|${right})${times}`),
      ),
    }))
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (words, word) => {
        if (words.length > 40) return
        assert.equal(matches(words, word), new RegExp(`^(?:${words})$`, 'su').test(word))
      }),
    )
  })

  test('what would take JavaScript years takes no time', () => {
    const text = `${'a'.repeat(120)}!`
    const startedMs = performance.now()
    assert.ok(!matches('(a+)+', text))
    assert.ok(!matches('(a|a)*', text))
    assert.ok(!matches('(.*)(.*)(.*)(.*)(.*)x', text))
    assert.ok(matches('(?:(?:(?:){9999}){9999}){9999}', ''))
    assert.ok(performance.now() - startedMs < 1000)
  })

  test('is bounded in length, depth, size and work', () => {
    assert.throws(() => matches('a'.repeat(limits.patternCharacters + 1), ''), /longer than/)
    assert.throws(() => matches('('.repeat(limits.patternDepth + 1), ''), /in each other/)
    assert.throws(() => matches('(a{99}){99}', ''), /too many parts/)
    assert.throws(() => matches('(?:(?:){1,999}){1,999}', ''), /too many parts/)
    const budget = { steps: 10_000 }
    const test = compilePattern('(.*a){99}', budget)
    assert.throws(() => test('a'.repeat(128)), /take too long/)
  })

  test('a thousand names are one look', () => {
    const names = Array.from({ length: 1000 }, (_, at) => `f1-meter-${at}`)
    const test = compilePattern(names.join('|'), { steps: 0 })
    assert.ok(test('f1-meter-999'))
    assert.ok(!test('f1-meter-1000'))
  })

  test('what it does not understand is refused, not guessed', () => {
    for (const pattern of [
      '(?i)a',
      '\\bа',
      '\\p{L}',
      '[[:alpha:]]',
      'a**',
      '*a',
      'a)',
      '(a',
      '[a',
      '[b-a]',
      'a{2,1}',
      '\\',
      '(?P<x>a)',
    ]) {
      assert.throws(() => matches(pattern, 'a'), { code: 'input' }, pattern)
    }
  })
})

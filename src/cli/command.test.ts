import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GridError } from '../core/errors.ts'
import { type Command, helpText, parseCommandLine } from './command.ts'

const command: Command = {
  name: 'query',
  summary: 'Ask.',
  options: {
    from: { value: 'T', help: 'since when', default: '-1h' },
    limit: { value: 'N', help: 'how many' },
    json: { help: 'for machines' },
  },
  example: 'busbar query --from -15m',
  run: async () => 0,
}

describe('a command line', () => {
  test('gives options, flags, defaults and words', () => {
    const args = parseCommandLine(command, ['check', '--limit', '7', '--json', 'FILE'])
    assert.deepEqual(args.positionals, ['check', 'FILE'])
    assert.equal(args.integer('limit', { min: 1, max: 10 }), 7)
    assert.equal(args.flag('json'), true)
    assert.equal(args.optional('from'), '-1h')
  })

  test('may have a value that begins with a dash', () => {
    for (const words of [['--from', '-15m'], ['--from=-15m']]) {
      assert.equal(parseCommandLine(command, words).required('from'), '-15m')
    }
  })

  test('that is wrong says how', () => {
    const wrong: readonly [readonly string[], RegExp][] = [
      [['--form', '1'], /Unknown option '--form'/],
      [['--limit'], /--limit/],
      [['--limit', '--json'], /--limit/],
      [['--json', '-15m'], /-1/],
    ]
    for (const [words, text] of wrong) {
      assert.throws(
        () => parseCommandLine(command, words),
        (thrown) =>
          thrown instanceof GridError && thrown.exitCode === 2 && text.test(thrown.message),
        words.join(' '),
      )
    }
    const args = parseCommandLine(command, ['--limit', '11'])
    assert.throws(() => args.integer('limit', { min: 1, max: 10 }), /a whole number from 1 to 10/)
    assert.throws(() => parseCommandLine(command, []).required('limit'), /--limit is missing/)
  })

  test('is explained with an example', () => {
    const text = helpText(command)
    assert.match(text, /--from T +since when \(default -1h\)/)
    assert.match(text, /example: busbar query --from -15m/)
  })
})

import assert from 'node:assert/strict'
import { GridError } from '../../core/errors.ts'
import { parseSite } from './site.ts'

/** A small site, eleven lines, to which a test adds what it is about. */
export const HEAD = `site:
  id: s1
  name: Site 1
  frequencyHz: 50
  limits: gbt
voltageLevels:
  - { id: hv, nominalV: 110e3 }
  - { id: mv, nominalV: 10e3 }
transformers:
  - { id: t1, from: hv, to: mv, ratedVa: 40e6, cooling: ONAN }
feeders: [{ id: f1, voltageLevel: mv, transformer: t1 }]
`

/** What is wrong with the text, a line each, as of a file called S. */
export function faultsOf(text: string): string[] {
  try {
    parseSite(text, 'S')
    return []
  } catch (thrown) {
    assert.ok(thrown instanceof GridError, String(thrown))
    assert.equal(thrown.code, 'input')
    return thrown.message.split('\n')
  }
}

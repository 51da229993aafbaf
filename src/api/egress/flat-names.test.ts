import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flatNames, onlyNamed } from './flat-names.ts'

const record = {
  name: 'dip',
  at: null,
  fields: { depth: 0.4, owner: 'somebody', 'voltage.a': 1 },
  first: ['m1', 'm2'],
  by: { who: { name: 'ana' } },
}

test('names of inner fields have that of the outer before them', () => {
  const names = ['kind', 'at', 'fields.depth', 'fields.owner', 'fields.voltage.a', 'first']
  assert.deepEqual(flatNames(record, { name: 'kind' }), [...names, 'by.who.name'])
})

test('what is not named is gone, and maps of which nothing is left', () => {
  const names = new Set(['kind', 'fields.depth', 'fields.voltage.a', 'first'])
  assert.deepEqual(onlyNamed(record, names, { name: 'kind' }), {
    name: 'dip',
    fields: { depth: 0.4, 'voltage.a': 1 },
    first: ['m1', 'm2'],
  })
  assert.deepEqual(onlyNamed(record, new Set(), {}), {})
})

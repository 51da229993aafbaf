import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withAddresses } from './console-file.ts'

test('names of packages become addresses, those of files stay', () => {
  const code = `import{options as n}from"preact";\nimport htm from 'htm'\nimport { a } from './a.ts'`
  assert.equal(
    withAddresses(code),
    `import{options as n}from"/ui/packages/preact.js";\nimport htm from '/ui/packages/htm.js'\nimport { a } from './a.ts'`,
  )
  assert.equal(withAddresses(`import x from 'other'`), `import x from 'other'`)
})

import assert from 'node:assert/strict'
import { type Fence } from './pages.ts'

/** A curl line of a page, and the answer that stands below it. */
export interface HttpExample {
  readonly line: string
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly answer: string
}

export function httpExamplesOf(fences: readonly Fence[]): HttpExample[] {
  return fences.flatMap(({ language, text }, at) => {
    const match =
      /^curl (?:-H '([\w-]+): ([^']+)' )?(?:-X (\w+) )?'http:\/\/[\d.:]+([^']+)'\n$/.exec(text)
    if (language !== 'sh' || match === null) return []
    const [line, name, value = '', method = 'GET', path = ''] = match
    const headers = name === undefined ? {} : { [name]: value }
    return [{ line: line.trim(), path, method, headers, answer: fences[at + 1]?.text ?? '' }]
  })
}

/** Refusals to the letter; other answers in shape: the same keys, types and line breaks. */
export async function checkExample(example: HttpExample, http: string): Promise<void> {
  const { path, method, headers, answer } = example
  const response = await fetch(`http://${http}${path}`, { method, headers })
  const text = await response.text()
  if (!answer.startsWith('{')) return checkCsv(text, answer)
  const expected = JSON.parse(answer) as { readonly status?: unknown }
  if (typeof expected.status === 'number') {
    assert.equal(response.status, expected.status)
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.deepEqual(JSON.parse(text), expected)
    return
  }
  assert.equal(response.status, 200)
  checkShape(JSON.parse(text), expected, '$')
  if (answer.includes('\n{')) assert.match(text, /^\{"\w+":\[\n\{.*\},?\n(?:\{.*\},?\n)*\].*\}\n$/)
}

/** Every element of a list is like the one at its place in the example, and those beyond like its last; a count by reason may have any reasons. */
function checkShape(found: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(found), `${where} is a list`)
    assert.equal(found.length > 0, expected.length > 0, `${where} has elements`)
    for (const [at, item] of found.entries())
      checkShape(item, expected[Math.min(at, expected.length - 1)], `${where}[${at}]`)
    return
  }
  assert.equal(typeof found, typeof expected, where)
  if (typeof expected === 'string' && /^\d{4}-/.test(expected)) {
    assert.match(String(found), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:\d{3})?Z$/, where)
  }
  if (typeof expected !== 'object' || expected === null) return
  if (where.endsWith('.refused')) return
  assert.deepEqual(Object.keys(found as object), Object.keys(expected), where)
  for (const [key, value] of Object.entries(expected)) {
    checkShape((found as Record<string, unknown>)[key], value, `${where}.${key}`)
  }
}

function checkCsv(found: string, expected: string): void {
  const [head, ...rows] = found.trimEnd().split('\n')
  const [expectedHead = '', ...expectedRows] = expected.trimEnd().split('\n')
  assert.equal(head, expectedHead)
  assert.ok(rows.length > 0 && rows.length <= expectedRows.length, found)
  for (const row of rows) assert.equal(row.split(',').length, expectedHead.split(',').length, row)
}

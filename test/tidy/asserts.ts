import { type SourceFile, type Violation, isSource, violation } from './source-file.ts'

/** The text of an assertion is constant: a template costs four times as much as the check, on every pass that succeeds. */
export function checkAsserts(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (!isSource(file.path)) continue
    for (const match of file.bare.matchAll(/(?<![\w.])assert\(/g)) {
      const call = argumentsAt(file.bare, match.index + match[0].length)
      if (call.includes('`')) {
        violations.push(violation(file, match.index, 'assert takes a constant text, no template'))
      }
    }
  }
  return violations
}

function argumentsAt(text: string, start: number): string {
  let depth = 1
  let end = start
  while (end < text.length && depth > 0) {
    const char = text.charAt(end++)
    if (char === '(') depth++
    else if (char === ')') depth--
  }
  return text.slice(start, end)
}

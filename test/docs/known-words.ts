import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '../../src/cli/command.ts'
import { ROOT } from './demo-under-test.ts'
import { readPage } from './pages.ts'

const MAIN = readPage('src/cli/main.ts')
const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
const ADDRESSES = readPage('docs/http.md') + readPage('docs/centre.md')

/** Commands by their names, as the program finds them. */
const commands = new Map<string, Command>()
for (const [, bare, quoted, file = ''] of MAIN.matchAll(
  /^ {2}(?:(\w+)|'([\w ]+)'): \(\) => import\('\.\/([\w-]+\.ts)'\)/gm,
)) {
  const { command } = (await import(`../../src/cli/${file}`)) as { command: Command }
  commands.set(bare ?? quoted ?? '', command)
}

/** Fails where a page names a command, an option, a script, a file or an address that there is not. */
export function checkWords(text: string, where: string): void {
  const joined = text.replaceAll('\\\n', ' ')
  for (const [, line = ''] of joined.matchAll(
    /(?<!-[un] |[\w/.-])busbar ((?:[a-z][\w-]*)[^\n`|;&<>)]*)/g,
  ))
    checkBusbar(line.trim().split(/\s+/), where)
  for (const [, script = ''] of joined.matchAll(/\bnpm run ([\w:-]+)/g))
    assert.ok(Object.hasOwn(scripts, script), `${where}: npm run ${script}`)
  for (const [, path = ''] of joined.matchAll(
    /(?:^|[\s(])((?:deploy|tools|bench|examples)\/[\w./-]+)/g,
  ))
    assert.ok(existsSync(join(ROOT, path)), `${where}: ${path}`)
  for (const [, path = ''] of joined.matchAll(/:\/\/127\.0\.0\.1:(?:80|90)8[01](\/[\w/-]+)/g)) {
    const known =
      path.startsWith('/nothing') || path === '/api/v1/read' || path === '/api/v1/reading'
    assert.ok(known || ADDRESSES.includes(path.replace(/\/\d+$/, '')), `${where}: ${path}`)
  }
}

function checkBusbar(words: readonly string[], where: string): void {
  const [first = '', second = ''] = words
  const name = commands.has(`${first} ${second}`) ? `${first} ${second}` : first
  const command = commands.get(name)
  assert.ok(command !== undefined, `${where}: busbar ${name}`)
  const rest = words.slice(name.split(' ').length)
  for (const word of rest) {
    const [, option] = /^--([a-z][\w-]*)/.exec(word) ?? []
    const isKnown: boolean =
      option === undefined ||
      Object.hasOwn(command.options, option) ||
      ['help', 'token-file'].includes(option)
    assert.ok(isKnown, `${where}: busbar ${name} ${word}`)
  }
  const [verb = ''] = rest
  if (/^[a-z-]+$/.test(verb) && !verb.startsWith('-') && / \| |\|/.test(command.positionals ?? ''))
    assert.ok(command.positionals?.includes(verb), `${where}: busbar ${name} ${verb}`)
}

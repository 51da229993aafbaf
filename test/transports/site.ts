import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const OPEN = fileURLToPath(new URL('../../examples/open.yaml', import.meta.url))

/** The open site of the examples with listeners on free ports; each value is what follows `address` in its map. */
export function siteWith(listeners: Readonly<Record<string, string>>): string {
  const lines = Object.entries(listeners).map(
    ([name, keys]) => `  ${name}: { address: 127.0.0.1:0${keys === '' ? '' : `, ${keys}`} }\n`,
  )
  return `${readFileSync(OPEN, 'utf8')}\nlisteners:\n${lines.join('')}`
}

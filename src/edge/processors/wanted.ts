import type { Site } from '../site/site.ts'
import type { WantedProcessor } from './protocol.ts'

/** Those that come with Busbar, unless the site file turns one off. */
export function wantedProcessors({ processors }: Site): readonly WantedProcessor[] {
  return Object.entries(processors)
    .filter(([, settings]) => settings !== false)
    .map(([name, settings]) => ({ name, settings }))
}

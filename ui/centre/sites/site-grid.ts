import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { html } from '../../html.ts'
import { addressOf } from '../../route.ts'
import { say, sayWord } from '../../text/say.ts'
import { type Standing, signs } from './standing.ts'

export interface Cell {
  readonly site: string
  readonly standing: Standing
  /** Whether it is among what is searched for. */
  readonly isFound: boolean
}

/** So few have room for their names. */
const NAMED_MAX = 80

/** A cell for each site, in order of their names: what is wrong is seen by colour and by sign, a thousand at once. One of them takes the Tab key, arrows go on from there. */
export function SiteGrid({ cells }: { readonly cells: readonly Cell[] }): VNode {
  const [focused, setFocused] = useState(0)
  const isNamed = cells.length <= NAMED_MAX
  const onKey = (event: KeyboardEvent): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return
    const links = [...event.currentTarget.querySelectorAll('a')]
    const to = placeBy(event.key, { at: focused, links })
    if (to === undefined) return
    event.preventDefault()
    setFocused(to)
    links[to]?.focus()
  }
  return html`<ul
    class=${`site-grid ${isNamed ? 'named' : ''}`}
    aria-label=${say('sites.grid')}
    onKeyDown=${onKey}
  >
    ${cells.map(
      ({ site, standing, isFound }, at) =>
        html`<li key=${site}>
          <a
            class=${`cell ${standing} ${isFound ? '' : 'faded'}`}
            href=${addressOf('site', { id: site })}
            tabindex=${at === focused ? 0 : -1}
            title=${`${site}: ${sayWord('standing', standing)}`}
            aria-label=${`${site}: ${sayWord('standing', standing)}`}
            onFocus=${() => setFocused(at)}
            >${signs[standing]}${isNamed ? ` ${site}` : ''}</a
          >
        </li>`,
    )}
  </ul>`
}

/** Which cell an arrow leads to; up and down by as many as stand in a row. */
function placeBy(
  key: string,
  { at, links }: { readonly at: number; readonly links: readonly HTMLElement[] },
): number | undefined {
  const top = links[0]?.offsetTop
  const below = links.findIndex(({ offsetTop }) => offsetTop !== top)
  const row = below < 0 ? links.length : below
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -row,
    ArrowDown: row,
    Home: -at,
    End: links.length - 1 - at,
  }
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined
  if (step === undefined) return undefined
  const to = at + step
  return to < 0 || to >= links.length ? undefined : to
}

import type { VNode } from 'preact'
import { html } from '../html.ts'

/** Views of one page, as links, so that each has an address. */
export function tabs(
  label: string,
  views: readonly {
    readonly text: string
    readonly address: string
    readonly isCurrent: boolean
  }[],
): VNode {
  return html`<nav class="tabs" aria-label=${label}>
    ${views.map(
      ({ text, address, isCurrent }) =>
        html`<a href=${address} aria-current=${isCurrent ? 'true' : undefined}>${text}</a>`,
    )}
  </nav>`
}

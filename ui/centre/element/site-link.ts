import type { VNode } from 'preact'
import { html } from '../../html.ts'
import { addressOf } from '../../route.ts'

/** To the page of a site. */
export function siteLink(site: string): VNode {
  return html`<a href=${addressOf('site', { id: site })}>${site}</a>`
}

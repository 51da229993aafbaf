import { type VNode, h } from 'preact'
import { tabs } from '../../element/tabs.ts'
import { html } from '../../html.ts'
import { addressOf } from '../../route.ts'
import { say, sayWord } from '../../text/say.ts'
import { DeedList } from './deed-list.ts'
import { DriftList } from './drift-list.ts'
import { RolloutList } from './rollout-list.ts'
import { SetList } from './set-list.ts'

const VIEWS = ['rollouts', 'sets', 'drift', 'audit'] as const
const PARTS = { rollouts: RolloutList, sets: SetList, drift: DriftList, audit: DeedList } as const

/** What sites are asked to run, and what came of it. */
export function FleetPage({ query }: { readonly query: URLSearchParams }): VNode {
  const view = VIEWS.find((each) => each === query.get('view')) ?? 'rollouts'
  return html`<div class="fleet">
    ${tabs(
      say('alarms.tabs'),
      VIEWS.map((each) => ({
        text: sayWord('fleet', each),
        address: addressOf('fleet', { view: each }),
        isCurrent: each === view,
      })),
    )}
    ${h(PARTS[view], {})}
  </div>`
}

import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { useAsked } from '../../edge/poll.ts'
import { type Problem, ask, tell } from '../../edge/request.ts'
import { problemText, shown } from '../../element/notice.ts'
import { html } from '../../html.ts'
import { say } from '../../text/say.ts'
import type { Rollout } from '../answers.ts'
import { type RolloutOrder, rolloutView } from './rollout-view.ts'

const ROLLOUTS = '/api/v1/fleet/rollouts'
const ROLLOUTS_MS = 3000
/** There is one at a time; of those that are over, some. */
const SHOWN = 10

/** Rollouts, the last first, and how far each wave is. */
export function RolloutList(): VNode {
  const known = useAsked<{ readonly rollouts: readonly Rollout[] }>(
    ROLLOUTS,
    ROLLOUTS_MS,
    (signal) => ask(ROLLOUTS, signal),
  )
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const order = async ({ id }: Rollout, what: RolloutOrder): Promise<void> => {
    if (what === 'abort' && !confirm(say('fleet.abortAsk', { id }))) return
    const reply = await tell(`${ROLLOUTS}/${id}/${what}`, {})
    setProblem(reply.kind === 'problem' ? reply.problem : undefined)
    known.again()
  }
  return html`<div>
    ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
    ${shown(known, ({ rollouts }) =>
      rollouts.length === 0
        ? html`<p class="empty">${say('fleet.noRollouts')}</p>`
        : rollouts
            .slice(0, SHOWN)
            .map((rollout) => h(RolloutPanel, { key: rollout.id, rollout, order })),
    )}
  </div>`
}

function RolloutPanel(of: {
  readonly rollout: Rollout
  readonly order: (rollout: Rollout, order: RolloutOrder) => Promise<void>
}): VNode {
  return rolloutView(of.rollout, (what) => void of.order(of.rollout, what))
}

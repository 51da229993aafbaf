import type { VNode } from 'preact'
import { badge } from '../../element/notice.ts'
import { dateTime, lengthText } from '../../format.ts'
import { html } from '../../html.ts'
import { may } from '../../login/session.ts'
import { say, sayWord } from '../../text/say.ts'
import type { Rollout } from '../answers.ts'
import { siteLink } from '../element/site-link.ts'
import { digestText } from '../site/report-figures.ts'

export type RolloutOrder = 'pause' | 'resume' | 'abort'

const TONES = {
  running: 'good',
  paused: 'near',
  stopped: 'beyond',
  aborted: 'beyond',
  done: 'plain',
} as const
const STATES = ['good', 'failed', 'asked', 'waiting'] as const
const FAILED_SHOWN = 50
const NOBODY = { sites: 0, good: 0, failed: 0, asked: 0 }

/** One rollout: its waves, who failed and why, and what an engineer may do. */
export function rolloutView(rollout: Rollout, order: (what: RolloutOrder) => void): VNode {
  const { id, revision, digest, phase, why, waves, createdAt, createdBy } = rollout
  return html`<section class="panel rollout">
    <h2>
      ${say('fleet.rolloutOf', { id, revision })} ${badge(sayWord('phase', phase), TONES[phase])}
    </h2>
    <p class="notes">
      ${dateTime(createdAt)} · ${createdBy} · ${digestText(digest)} ·
      ${say('fleet.rules', { soak: lengthText(rollout.soakSeconds), percent: rollout.failedPercent })}
    </p>
    ${why === '' ? '' : html`<p class=${phase === 'stopped' ? 'problem' : 'notes'}>${why}</p>`}
    ${orders(rollout, order)}
    <ol class="waves">
      ${waves.map((_, at) => waveView(rollout, at))}
    </ol>
    ${failures(rollout)}
  </section>`
}

/** Those that can be given in this phase; to others than engineers none. */
function orders({ id, phase }: Rollout, order: (what: RolloutOrder) => void): VNode | string {
  const given: readonly RolloutOrder[] =
    phase === 'running' ? ['pause', 'abort'] : phase === 'paused' ? ['resume', 'abort'] : []
  if (!may('engineer') || given.length === 0) return ''
  return html`<p class="actions">
    ${given.map(
      (what) =>
        html`<button type="button" onClick=${() => order(what)}>
          ${say(`fleet.${what}`, { id })}
        </button>`,
    )}
  </p>`
}

function waveView({ waves, wave }: Rollout, at: number): VNode {
  const { sites, good, failed, asked } = waves[at] ?? NOBODY
  const by = { good, failed, asked, waiting: sites - good - failed - asked }
  const counts = STATES.map((state) => ({ state, count: by[state] })).filter(
    ({ count }) => count > 0,
  )
  const words = counts
    .map(({ state, count }) => `${count} ${sayWord('progress', state)}`)
    .join(', ')
  return html`<li class=${at === wave ? 'current' : ''}>
    <span class="wave-name"> ${say('fleet.wave', { number: at + 1, sites })} </span>
    <span class="wave-bar" aria-hidden="true">
      ${counts.map(
        ({ state, count }) => html`<span class=${state} style=${{ flexGrow: count }}></span>`,
      )}
    </span>
    <span class="wave-words">${words}</span>
  </li>`
}

function failures({ waves, failures: failed }: Rollout): VNode | string {
  if (failed.length === 0) return ''
  const total = waves.reduce((sum, each) => sum + each.failed, 0)
  const rest = total - Math.min(failed.length, FAILED_SHOWN)
  return html`<div>
    <h3>${say('fleet.failures')}</h3>
    <ul class="failures">
      ${failed
        .slice(0, FAILED_SHOWN)
        .map(({ site, why }) => html`<li>${siteLink(site)}: ${why}</li>`)}
      ${rest > 0 ? html`<li>${say('site.moreProblems', { count: rest })}</li>` : ''}
    </ul>
  </div>`
}

import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import type { ProcessorInfo } from '../../src/api/ports.ts'
import { useAsked } from '../edge/poll.ts'
import { ask } from '../edge/request.ts'
import { badge, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { bytesText, countText, fixed } from '../format.ts'
import { html } from '../html.ts'
import { may } from '../login/session.ts'
import { say, sayWord } from '../text/say.ts'
import { Deployment, RollBack } from './deployment.ts'

const PATH = '/api/v1/processors'
const PROCESSORS_MS = 2000

interface ProcessorList {
  readonly processors: readonly ProcessorInfo[]
}

/** What computes on the spot, how it fares, and why what does not run was stopped. */
export function ProcessorsPage(): VNode {
  const known = useAsked<ProcessorList>(PATH, PROCESSORS_MS, (signal) =>
    ask<ProcessorList>(PATH, signal),
  )
  const [rolling, setRolling] = useState('')
  return html`<div class="processors">
    ${shown(known, ({ processors }) => processorTable(processors, setRolling))}
    ${may('engineer') ? h(Deployment, { onDone: known.again }) : ''}
    ${
      rolling === ''
        ? ''
        : h(RollBack, { name: rolling, onDone: known.again, onClose: () => setRolling('') })
    }
  </div>`
}

function processorTable(
  processors: readonly ProcessorInfo[],
  rollBack: (name: string) => void,
): VNode {
  const newest = Math.max(...processors.map(({ journal }) => journal))
  return table({
    caption: say('page.processors'),
    rows: processors,
    keyOf: ({ name }) => name,
    empty: say('common.none'),
    columns: [
      {
        title: say('column.processor'),
        isLong: true,
        cell: ({ name }) =>
          html`<span><strong>${name}</strong> <span class="detail">${aboutOf(name)}</span></span>`,
      },
      { title: say('column.version'), cell: ({ version }) => version },
      { title: say('column.state'), isLong: true, cell: stateOf },
      {
        title: say('processors.readings'),
        isNumber: true,
        cell: ({ readings }) => countText(readings),
      },
      {
        title: say('processors.results'),
        isNumber: true,
        cell: ({ results }) => countText(results),
      },
      {
        title: say('processors.dropped'),
        isNumber: true,
        cell: ({ dropped }) => countText(dropped),
      },
      { title: say('processors.calls'), isNumber: true, cell: ({ calls }) => countText(calls) },
      { title: 'P50', isNumber: true, cell: ({ p50Seconds }) => micros(p50Seconds) },
      { title: 'P99', isNumber: true, cell: ({ p99Seconds }) => micros(p99Seconds) },
      {
        title: say('processors.memory'),
        isNumber: true,
        cell: ({ memoryBytes }) => bytesText(memoryBytes),
      },
      {
        title: say('processors.behind'),
        isNumber: true,
        cell: ({ journal }) => countText(newest - journal),
      },
      { title: say('processors.shadow'), isLong: true, cell: shadowText },
      { title: say('column.action'), cell: ({ name }) => rollBackButton(name, rollBack) },
    ],
  })
}

/** Those that come with Busbar change with it. */
function rollBackButton(name: string, rollBack: (name: string) => void): VNode | string {
  if (aboutOf(name) !== '' || !may('engineer')) return ''
  return html`<button
    type="button"
    aria-label=${say('processors.rollBackTitle', { name })}
    onClick=${() => rollBack(name)}
  >
    ${say('processors.rollBack')}
  </button>`
}

function aboutOf(name: string): string {
  const text = sayWord('processors.about', name)
  return text === name ? '' : text
}

function stateOf({ fault, refused }: ProcessorInfo): VNode {
  if (fault !== '')
    return html`<span
      >${badge(say('processors.stopped'), 'beyond')} <span lang="en">${fault}</span></span
    >`
  if (refused !== '')
    return html`<span
      >${badge(say('processors.refusedVersion'), 'near')} <span lang="en">${refused}</span></span
    >`
  return badge(say('processors.runs'), 'good')
}

function shadowText({ shadow }: ProcessorInfo): string {
  // JSON has null where the type has undefined.
  if (shadow === undefined || shadow === null) return ''
  const { version, same, onlyOld, onlyNew } = shadow
  return say('processors.shadowText', { version, same, onlyOld, onlyNew })
}

function micros(seconds: number): string {
  return `${fixed(seconds * 1e6, 0)}\u202fµs`
}

import { type ComponentChild, type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { type Known, usePoll } from '../../edge/poll.ts'
import { html } from '../../html.ts'
import { say } from '../../text/say.ts'

interface Paged {
  /** `after` of the page behind. */
  readonly next: string | null
}

export interface Pages<Answer> {
  readonly known: Known<Answer>
  /** Back to the first page, on to the next. */
  readonly turner: ComponentChild
}

/** An answer in pages. The first is asked for again from time to time; the others stand still while they are read. */
export function usePages<Answer extends Paged>(path: string, everyMs: number): Pages<Answer> {
  const [turned, setTurned] = useState<{
    readonly path: string
    readonly after: readonly string[]
  }>({ path, after: [] })
  const after = turned.path === path ? turned.after : []
  const last = after.at(-1)
  const words = last === undefined ? '' : `&after=${encodeURIComponent(last)}`
  const known = usePoll<Answer>(path + words, last === undefined ? everyMs : 0)
  const turn = (to: readonly string[]): void => setTurned({ path, after: to })
  const next = known.value?.next ?? undefined
  return { known, turner: h(Turner, { after, next, turn }) }
}

interface TurnerOf {
  readonly after: readonly string[]
  readonly next: string | undefined
  readonly turn: (to: readonly string[]) => void
}

function Turner({ after, next, turn }: TurnerOf): VNode {
  const goBack = (): void => turn(after.slice(0, -1))
  const goOn = (): void => turn(next === undefined ? after : [...after, next])
  return html`<p class="actions turner">
    <button type="button" disabled=${after.length === 0} onClick=${goBack}>
      ${say('pages.back')}
    </button>
    <span>${say('pages.number', { number: after.length + 1 })}</span>
    <button type="button" disabled=${next === undefined} onClick=${goOn}>${say('pages.on')}</button>
  </p>`
}

import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Point } from '../edge/answers.ts'
import { searchField } from '../element/field.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'
import { POINTS_MAX, type PointName } from './trend-view.ts'

const LISTED = 40

export interface PickerOf {
  readonly all: readonly Point[]
  readonly chosen: readonly PointName[]
  readonly onAdd: (point: PointName) => void
}

/** Points by any words of their device and quantity, in either language. */
export function PointPicker({ all, chosen, onAdd }: PickerOf): VNode {
  const [text, setText] = useState('')
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.length === 0 ? [] : all.filter((point) => matches(point, words))
  const isFull = chosen.length >= POINTS_MAX
  return html`<div class="picker">
    ${searchField(say('trends.find'), { value: text, onType: setText })}
    ${isFull ? html`<p class="empty">${say('trends.full', { count: POINTS_MAX })}</p>` : ''}
    <ul class="found" hidden=${found.length === 0 || isFull}>
      ${found.slice(0, LISTED).map(
        ({ device, quantity, unit }) =>
          html`<li key=${`${device}/${quantity}`}>
            <button type="button" onClick=${() => onAdd({ device, quantity })}>
              <strong>${device}</strong> ${sayWord('quantity', quantity)}
              <span class="unit">${unit}</span>
            </button>
          </li>`,
      )}
    </ul>
  </div>`
}

function matches({ device, quantity }: Point, words: readonly string[]): boolean {
  const text = `${device} ${quantity} ${sayWord('quantity', quantity)}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

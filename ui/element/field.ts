import type { VNode } from 'preact'
import { html } from '../html.ts'

/** What stands in the field that an event comes from. */
export function textIn(event: Event): string {
  const { target } = event
  const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
  return isField ? target.value : ''
}

export interface Choice {
  readonly value: string
  readonly text: string
}

/** A list to choose one of, with its label before it. */
export function selectField(
  label: string,
  {
    value,
    choices,
    onChoose,
  }: {
    readonly value: string
    readonly choices: readonly Choice[]
    readonly onChoose: (value: string) => void
  },
): VNode {
  return html`<label class="field">
    <span>${label}</span>
    <select onChange=${(event: Event) => onChoose(textIn(event))}>
      ${choices.map(
        (choice) =>
          html`<option value=${choice.value} selected=${choice.value === value}>
            ${choice.text}
          </option>`,
      )}
    </select>
  </label>`
}

/** A line of text that is taken as it is typed. */
export function searchField(
  label: string,
  { value, onType }: { readonly value: string; readonly onType: (value: string) => void },
): VNode {
  return html`<label class="field">
    <span>${label}</span>
    <input
      type="search"
      autocomplete="off"
      value=${value}
      onInput=${(event: Event) => onType(textIn(event))}
    />
  </label>`
}

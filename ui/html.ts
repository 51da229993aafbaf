import htm from 'htm'
import { type VNode, h } from 'preact'

/**
 * Elements of a page as they are written in HTML. Values that are put in become text or attributes, never markup. Parts that keep
 * state are put in with `h(Part, {…})`, others are called, so that the compiler checks what they are given.
 */
export const html = htm.bind(h) as (
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
) => VNode

import type { Draft } from './decoder.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** The value of a whole payload; undefined, and a complaint in the draft, where it is not JSON. */
export function parseJson(payload: Uint8Array, draft: Draft): Json | undefined {
  if (isTooDeep(payload)) {
    draft.complaint = 'nested too deeply'
    return undefined
  }
  let text: string | undefined
  try {
    text = utf8.decode(payload)
    return JSON.parse(text) as Json
  } catch {
    draft.complaint = complaintOf(text)
    return undefined
  }
}

/**
 * No payload of a device nests deeply, and V8 14.6 (Node 26.10) corrupts its heap where `JSON.parse` is given 8,190 levels that
 * do not end well: `JSON.parse('[1,'.repeat(9000) + '[1')`, some fifty times.
 */
function isTooDeep(payload: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at]
    if (byte === QUOTE) at = endOfString(payload, at + 1)
    else if (byte === CLOSE_LIST || byte === CLOSE) depth--
    else if ((byte === OPEN_LIST || byte === OPEN) && ++depth > DEPTH_MAX) return true
  }
  return false
}

/** Where the quote is that ends the string which begins at `start`. */
function endOfString(payload: Uint8Array, start: number): number {
  let at = start
  while (at < payload.length && payload[at] !== QUOTE) at += payload[at] === BACKSLASH ? 2 : 1
  return at
}

function complaintOf(text: string | undefined): string {
  if (text === undefined) return 'not UTF-8'
  if (text.trim() === '') return 'an empty payload'
  const word = NO_LITERAL.exec(text)?.[1]
  return word === undefined ? 'not JSON' : `not JSON: ${word} has no literal, send null`
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Numbers, booleans as 0 and 1, numeric strings; null is a value that the device itself calls invalid. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null) return NaN
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : undefined
}

/** Names in a complaint are quoted, and never longer than an operator wants to read. */
export function quote(name: string): string {
  return JSON.stringify(name.slice(0, 64))
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** Decimal only: what `Number` also takes, hexadecimal and the empty string, no device means. */
const NUMERIC = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/
/** What printf and Python write for a value that is no number. */
const NO_LITERAL = /[:[,]\s*([+-]?(?:nan|inf|infinity))\s*[,}\]]/i
/** The canonical form needs three levels, SenML two. */
const DEPTH_MAX = 32
const QUOTE = 0x22
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

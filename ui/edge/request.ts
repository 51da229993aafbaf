import { Cell } from '../cell.ts'
import { isAway, session } from '../login/session.ts'

/** Why there is no answer. `status` 0: the edge did not answer at all. */
export interface Problem {
  readonly status: number
  readonly detail: string
  readonly hint: string
}

export type Reply<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** Whether the edge answers, and since when it does not. */
export const contact = new Cell<
  { readonly kind: 'there' } | { readonly kind: 'lost'; sinceMs: number }
>({ kind: 'there' })

const PATIENCE_MS = 30_000
const RETRIES = 5
const RETRY_MS = 400
/** The edge's clock minus that of this browser: the age of a reading is told by the clock that marked it. */
let clockAheadMs = 0

export function edgeNowMs(): number {
  return Date.now() + clockAheadMs
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<Reply<T>> {
  return send<T>(path, signal === undefined ? {} : { signal })
}

/** An action; a page of another site could send neither the type of its body nor the header of `answerOf`. */
export async function tell<T>(path: string, body: object): Promise<Reply<T>> {
  const headers = { 'content-type': 'application/json', 'x-busbar-request': '1' }
  return send<T>(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Bytes as they are; what they are the address says, or they say it themselves. */
export async function putBytes<T>(path: string, body: ArrayBuffer): Promise<Reply<T>> {
  return send<T>(path, { method: 'PUT', headers: BYTES, body })
}

export async function tellBytes<T>(path: string, body: ArrayBuffer): Promise<Reply<T>> {
  return send<T>(path, { method: 'POST', headers: BYTES, body })
}

const BYTES = { 'content-type': 'application/octet-stream' }

/** `/metrics`. */
export async function askText(path: string): Promise<Reply<string>> {
  const response = await answerOf(path, {})
  if (response === undefined) return silence()
  if (!response.ok) return { kind: 'problem', problem: problemOf(response.status, undefined) }
  return { kind: 'done', value: await response.text() }
}

async function send<T>(path: string, init: RequestInit): Promise<Reply<T>> {
  for (let attempt = 1; ; attempt++) {
    const response = await answerOf(path, init)
    if (response === undefined) return silence()
    // Queries take turns, and health tells with 503 what is wrong.
    const isBusy = response.status === 503 && response.headers.has('retry-after')
    if (isBusy && attempt < RETRIES) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt))
      continue
    }
    const value: unknown = await response.json().catch(() => undefined)
    // The connection ended in the middle, or the page asks no more.
    if (value === undefined && response.ok) return silence()
    if (response.ok || path === '/healthz') return { kind: 'done', value: value as T }
    return { kind: 'problem', problem: problemOf(response.status, value) }
  }
}

async function answerOf(path: string, init: RequestInit): Promise<Response | undefined> {
  const limit = AbortSignal.timeout(PATIENCE_MS)
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit
  try {
    const headers = new Headers(init.headers)
    headers.set('x-busbar-request', '1')
    if (isAway()) headers.set('x-busbar-idle', '1')
    const response = await fetch(path, { ...init, headers, signal, cache: 'no-store' })
    if (response.status === 401) session.set({ kind: 'out' })
    contact.set({ kind: 'there' })
    const date = Date.parse(response.headers.get('date') ?? '')
    // The header has whole seconds: half of one is the best guess at the rest.
    if (Number.isFinite(date)) clockAheadMs = date + 500 - Date.now()
    return response
  } catch {
    const isOurs = init.signal?.aborted === true
    if (!isOurs && contact.value.kind === 'there')
      contact.set({ kind: 'lost', sinceMs: Date.now() })
    return undefined
  }
}

function silence(): { readonly kind: 'problem'; readonly problem: Problem } {
  return { kind: 'problem', problem: { status: 0, detail: '', hint: '' } }
}

function problemOf(status: number, value: unknown): Problem {
  const { detail, hint } = (value ?? {}) as { readonly detail?: unknown; readonly hint?: unknown }
  return {
    status,
    detail: typeof detail === 'string' ? detail : '',
    hint: typeof hint === 'string' ? hint : '',
  }
}

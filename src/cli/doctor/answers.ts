import { GridError, errorText } from '../../core/errors.ts'
import { askEdge, edgeUrl } from '../query/edge-request.ts'

/** What a running edge says of itself; nothing of it is a reading. */
export interface Answers {
  readonly health: Health
  /** By name with labels, as they are exposed. */
  readonly metrics: ReadonlyMap<string, number>
  readonly processors: unknown
  readonly uplink: unknown
}

export interface Health {
  readonly status: string
  readonly site: string
  readonly uptimeSeconds: number
  readonly problems: readonly string[]
}

const PATIENCE_MS = 10_000

/** Of the edge at this address, or in words why there are none. */
export async function answersOf(address: string): Promise<Answers | string> {
  const url = edgeUrl(address)
  try {
    // It is no failure that it says what is wrong.
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const health = (await answer.json()) as Health
    if (!Array.isArray(health.problems)) return `what answers at ${url} is no edge`
    const text = await (await askEdge(`${url}/metrics`)).text()
    const json = async (path: string): Promise<unknown> =>
      (await askEdge(`${url}/api/v1/${path}`)).json()
    const [processors, uplink] = [await json('processors'), await json('uplink')]
    return { health, metrics: metricsOf(text), processors, uplink }
  } catch (thrown) {
    // It answers, but not us.
    if (thrown instanceof GridError) return `${url}: ${thrown.message}`
    const { cause } = thrown as { readonly cause?: unknown }
    return `no edge answers at ${url} (${errorText(cause ?? thrown)})`
  }
}

function metricsOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [, name = '', value = ''] of text.matchAll(/^(busbar_\w+(?:\{[^}]*\})?) (\S+)$/gm))
    found.set(name, Number(value))
  return found
}

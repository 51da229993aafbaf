import { askEdge, edgeUrl } from '../query/edge-request.ts'

/** What of an alarm the command line shows; docs/alarms.md has all of it. */
export interface AlarmItem {
  readonly id: number
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly state: string
  readonly priority: string
  readonly active: boolean
  readonly since: string | null
  readonly raised: string | null
  readonly returned: string | null
  readonly value: number | null
  readonly occurrences: number
  readonly members: { readonly count: number; readonly active: number } | null
  readonly suppressedBy: number | null
  readonly acknowledged: { readonly who: string; readonly comment: string } | null
  readonly shelved: { readonly who: string; until: string; readonly reason: string } | null
}

export interface AlarmPage {
  readonly alarms: readonly AlarmItem[]
  readonly counts: Readonly<Record<string, number>>
}

export interface StepItem {
  readonly time: string
  readonly alarm: number
  readonly name: string
  readonly subject: string
  readonly what: string
  readonly who: string
  readonly detail: string
}

export interface StepPage {
  readonly steps: readonly StepItem[]
  readonly dropped: number
}

/** The alarms of a running edge, over HTTP. */
export class EdgeAlarms {
  readonly #url: string

  constructor(url: string) {
    this.#url = `${edgeUrl(url)}/api/v1/alarms`
  }

  async list(words: Readonly<Record<string, string>>): Promise<AlarmPage> {
    return (await this.#get(`?${String(new URLSearchParams(words))}`)) as AlarmPage
  }

  async steps(words: Readonly<Record<string, string>>): Promise<StepPage> {
    return (await this.#get(`/steps?${String(new URLSearchParams(words))}`)) as StepPage
  }

  async info(id: number): Promise<AlarmItem> {
    return (await this.#get(`/${id}`)) as AlarmItem
  }

  async members(id: number): Promise<readonly AlarmItem[]> {
    const { members } = (await this.#get(`/${id}/members`)) as { members: readonly AlarmItem[] }
    return members
  }

  async act(id: number, verb: string, body: object): Promise<AlarmItem> {
    const response = await askEdge(`${this.#url}/${id}/${verb}`, { method: 'POST', body })
    return (await response.json()) as AlarmItem
  }

  async #get(path: string): Promise<unknown> {
    return (await askEdge(`${this.#url}${path}`)).json()
  }
}

import type { ExportRecord } from './record.ts'

/** Where records want to go, by which road, and to whom. The composition says it of a listener or a link, never a peer of itself. */
export interface Road {
  /** `local`: within the substation. */
  readonly destination: 'local' | 'centre' | 'outside'
  readonly channel:
    | 'uplink'
    | 'http'
    | 'prometheus'
    | 'remote-read'
    | 'mqtt'
    | 'email'
    | 'webhook'
    | 'alertmanager'
    | 'export'
    | 'support-bundle'
  /** Who asks: a user, a client, the centre. */
  readonly principal: string
}

/** The policy's input as JSON. Equal texts get equal answers, so the text is what is cached, evaluated and logged. */
export class Questions {
  readonly #start: string

  constructor(site: string, { destination, channel, principal }: Road) {
    const stays = destination === 'local'
    const head = {
      action: stays ? 'process_data' : 'export',
      data_stays_local: stays,
      destination,
      channel,
      principal,
      site,
    }
    this.#start = `${JSON.stringify(head).slice(0, -1)},"record":`
  }

  about(record: ExportRecord): string {
    return `${this.#start}${record.shape}}`
  }
}

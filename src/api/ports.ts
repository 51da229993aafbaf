import type { Micros } from '../core/time.ts'

/** What HTTP needs from the edge around it. */
export interface PointInfo {
  readonly point: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
  /** False: the site file does not know the device, or the quantity table not the quantity. */
  readonly modelled: boolean
}

export interface ReadingsQuery {
  /** Undefined: every device. */
  readonly device: string | undefined
  readonly quantity: string | undefined
  /** Inclusive. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
}

/** Columns of equal length, in order of time; `devices[i]`, `quantities[i]` belong to `times[i]`. */
export interface ReadingsChunk {
  readonly points: Uint32Array
  readonly times: Float64Array
  readonly values: Float64Array
  readonly qualities: Uint16Array
}

/** One line of the ledger: received = stored + refused (of every reason) + duplicates, to the unit. */
export interface AccountInfo {
  readonly device: string
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
}

export interface HealthInfo {
  readonly healthy: boolean
  readonly site: string
  readonly uptimeSeconds: number
  /** One sentence for each thing that is wrong, with what to do. */
  readonly problems: readonly string[]
}

export interface EdgeView {
  health(): HealthInfo
  accounts(): readonly AccountInfo[]
  points(): readonly PointInfo[]
  /** Chunks in order of time, pulled by the consumer: a slow client costs no memory. Returning early ends the query. */
  readings(query: ReadingsQuery): AsyncIterable<ReadingsChunk>
  pointInfo(point: number): PointInfo | undefined
  /** Prometheus text exposition and its content type. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>
}

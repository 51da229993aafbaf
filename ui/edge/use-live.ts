import type { Reading } from './answers.ts'
import { useAsked } from './poll.ts'
import { type Reply, ask } from './request.ts'

/** The latest reading of each quantity of some devices. */
export class Live {
  readonly #readings: ReadonlyMap<string, Reading>

  constructor(readings: Iterable<Reading>) {
    this.#readings = new Map(
      Array.from(readings, (reading) => [`${reading.quantity} ${reading.device}`, reading]),
    )
  }

  of(device: string | undefined, quantity: string): Reading | undefined {
    return this.#readings.get(`${quantity} ${device}`)
  }
}

interface Latest {
  readonly readings: readonly Reading[]
}

/** A substation has few devices in its switchgear, and a thousand meters that are not asked. */
export function useLive(devices: readonly string[], everyMs: number): Live {
  const asked = devices.map(encodeURIComponent).join(',')
  const { value } = useAsked<Live>(
    asked,
    everyMs,
    devices.length === 0 ? undefined : (signal) => latestOf(asked, signal),
  )
  return value ?? NOTHING
}

const NOTHING = new Live([])

async function latestOf(devices: string, signal: AbortSignal): Promise<Reply<Live>> {
  const reply = await ask<Latest>(`/api/v1/latest?device=${devices}`, signal)
  return reply.kind === 'problem' ? reply : { kind: 'done', value: new Live(reply.value.readings) }
}

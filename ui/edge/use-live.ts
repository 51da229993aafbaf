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

/** Asked device by device: a substation has few in its switchgear, and a thousand meters that are not asked. */
export function useLive(devices: readonly string[], everyMs: number): Live {
  const { value } = useAsked<Live>(devices.join('\n'), everyMs, async (signal) => {
    const replies = await Promise.all(devices.map((device) => latestOf(device, signal)))
    const failed = replies.find((reply) => reply.kind === 'problem')
    if (failed !== undefined) return failed
    return { kind: 'done', value: new Live(replies.flatMap(readingsOf)) }
  })
  return value ?? NOTHING
}

const NOTHING = new Live([])

function latestOf(device: string, signal: AbortSignal): Promise<Reply<Latest>> {
  return ask<Latest>(`/api/v1/latest?device=${encodeURIComponent(device)}`, signal)
}

function readingsOf(reply: Reply<Latest>): readonly Reading[] {
  return reply.kind === 'done' ? reply.value.readings : []
}

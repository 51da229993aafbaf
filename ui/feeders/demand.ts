import type { Reading } from '../edge/answers.ts'
import { useAsked } from '../edge/poll.ts'
import { ask, edgeNowMs } from '../edge/request.ts'

const DEMAND_MS = 60_000

/** The highest mean of a quarter of an hour since midnight, of each device. One after the other: nobody waits for it. */
export function useDemand(devices: readonly string[]): ReadonlyMap<string, number> {
  const { value } = useAsked<ReadonlyMap<string, number>>(
    devices.join('\n'),
    DEMAND_MS,
    async (signal) => {
      const fromMs = new Date(edgeNowMs()).setHours(0, 0, 0, 0)
      const demands = new Map<string, number>()
      for (const device of devices) {
        const words = `device=${encodeURIComponent(device)}&quantity=power.active&from=${fromMs}`
        const reply = await ask<{ readonly readings: readonly Reading[] }>(
          `/api/v1/readings?${words}&step=15m&aggregate=mean`,
          signal,
        )
        if (reply.kind === 'problem') return reply
        const means = reply.value.readings.flatMap(({ value: mean }) => mean ?? [])
        if (means.length > 0) demands.set(device, Math.max(...means))
      }
      return { kind: 'done', value: demands }
    },
  )
  return value ?? new Map()
}

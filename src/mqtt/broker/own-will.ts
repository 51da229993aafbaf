import type { Will } from '../packet/connect.ts'

/** It outlives the CONNECT it came in, whose bytes may lie in a buffer that is written to again. */
export function ownWill(will: Will | undefined): Will | undefined {
  if (will === undefined) return undefined
  const { payload, properties } = will
  const { correlationData } = properties
  return {
    ...will,
    payload: Buffer.from(payload),
    properties:
      correlationData === undefined
        ? properties
        : { ...properties, correlationData: Buffer.from(correlationData) },
  }
}

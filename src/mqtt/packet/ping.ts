import { malformed } from '../reasons.ts'
import { packetType } from './fixed-header.ts'

/** PINGRESP (section 3.13): a fixed header and nothing else. One for all, not to be written to. */
export const PINGRESP: Uint8Array = Uint8Array.of(packetType.pingresp << 4, 0)

/** PINGREQ (section 3.12) has no body either. */
export function assertPingreq(body: Uint8Array): void {
  if (body.length > 0) throw malformed('PINGREQ with a body')
}

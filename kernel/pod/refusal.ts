import {
  CONTENT_AT,
  KIND_REFUSAL,
  LENGTH_AT,
  RECORD_KIND_AT,
  RECORD_LENGTH_AT,
  TEXT_AT,
  TEXT_LENGTH_AT,
} from '../sdk/layout.ts'
import { outputs } from '../sdk/abi.ts'
import { say } from './log.ts'

/** Why `configure` refused, as the processor put it. */
export function sayRefusal(): void {
  const start = outputs()
  const end = start + CONTENT_AT + load<u32>(start + LENGTH_AT)
  for (let at = start + CONTENT_AT; at < end; at += load<u32>(at + RECORD_LENGTH_AT)) {
    if (load<u8>(at + RECORD_KIND_AT) != KIND_REFUSAL) continue
    say(String.UTF8.decodeUnsafe(at + TEXT_AT, load<u32>(at + TEXT_LENGTH_AT)))
  }
}

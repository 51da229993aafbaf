import { bytesField, integerField, textField } from './protobuf-writer.ts'

/** What a host asks of an edge node: a payload with one metric, `Node Control/Rebirth` = true, and no `seq`. */
export function rebirthPayload(nowMs: number): Uint8Array {
  const metric = [
    textField(1, 'Node Control/Rebirth'),
    integerField(3, nowMs),
    integerField(4, BOOLEAN),
    integerField(14, 1),
  ].flat()
  return Uint8Array.from([...integerField(1, nowMs), ...bytesField(2, metric)])
}

const BOOLEAN = 11

import { write, writeUnsigned } from './message-text.ts'

/** As src/edge/processors/publications.ts has it: the width of an interval as it stands in a topic: `10m`, `2h`, `200ms`; the largest unit that measures it without a rest. */
export function writeWidth(micros: i64): void {
  if (isMeasured(micros, 86400000000, 'd')) return
  if (isMeasured(micros, 3600000000, 'h')) return
  if (isMeasured(micros, 60000000, 'm')) return
  if (isMeasured(micros, 1000000, 's')) return
  if (isMeasured(micros, 1000, 'ms')) return
  isMeasured(micros, 1, 'us')
}

function isMeasured(micros: i64, unit: i64, name: string): bool {
  if (micros % unit != 0) return false
  writeUnsigned(<u64>(micros / unit))
  write(name)
  return true
}

import { limits } from '../../core/limits.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'
import { planIntegers, readIntegers, writeIntegers } from './integers.ts'

const lengths = new Float64Array(limits.historySpanRows + 1)
const contents = new Float64Array(limits.historySpanRows + 1)

/** `how many runs, varint | their lengths, integers | what each consists of, integers`. */
export function writeRuns(writer: BlockWriter, items: Uint16Array): void {
  let runs = 0
  for (let start = 0, end = 0; start < items.length; start = end) {
    while (end < items.length && items[end] === items[start]) end++
    lengths[runs] = end - start
    contents[runs++] = items[start] as number
  }
  writer.varint(runs)
  for (const column of [lengths, contents])
    writeIntegers(writer, column, { count: runs, plan: planIntegers(column, runs) })
}

/** Fills `items`, whose length is known beforehand. */
export function readRuns(reader: BlockReader, items: Uint16Array): void {
  const runs = reader.count(items.length)
  for (const column of [lengths, contents]) readIntegers(reader, column, runs)
  let at = 0
  for (let run = 0; run < runs; run++) {
    const length = lengths[run] as number
    const content = contents[run] as number
    if (!(length > 0 && length <= items.length - at)) throw damaged('runs of another length')
    if (!(content >= 0 && content < 65_536)) throw damaged('a run of something too large')
    items.fill(content, at, at + length)
    at += length
  }
  if (at !== items.length) throw damaged('runs that end too early')
}

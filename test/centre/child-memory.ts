import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** No child of this process takes more while `work` is done (Linux); what one had in its last 20 ms may be missed. */
export async function withChildrenBelow<Result>(
  mostMb: number,
  work: () => Promise<Result>,
): Promise<Result> {
  let peakKb = 0
  const look = setInterval(() => {
    for (const pid of read(`/proc/self/task/${process.pid}/children`).split(' '))
      peakKb = Math.max(
        peakKb,
        Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
      )
  }, 20)
  try {
    return await work()
  } finally {
    clearInterval(look)
    assert.ok(peakKb / 1024 < mostMb, `a child took ${Math.round(peakKb / 1024)} MB`)
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

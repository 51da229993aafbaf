import { GridError } from '../core/errors.ts'

/** `1`, `5%` of all, or `rest`, one after the other; what no wave has is in a last one. Sites go in the order that they are given in. */
export function wavesOf(sites: readonly string[], sizes: readonly string[]): string[][] {
  const waves: string[][] = []
  let at = 0
  for (const size of sizes) {
    const count = countOf(size, sites.length)
    if (at < sites.length) waves.push(sites.slice(at, at + count))
    at += count
  }
  if (at < sites.length) waves.push(sites.slice(at))
  return waves
}

function countOf(size: string, all: number): number {
  if (size === 'rest') return all
  const number = /^([1-9]\d{0,5})(%?)$/.exec(size)
  if (number === null)
    throw new GridError('usage', `wave ${size}: a number, a percentage like 5% or rest is needed`)
  const [, digits, percent] = number
  return percent === '' ? Number(digits) : Math.max(1, Math.ceil((all * Number(digits)) / 100))
}

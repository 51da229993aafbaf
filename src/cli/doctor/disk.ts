import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { errorText } from '../../core/errors.ts'
import { type Check, judged } from './check.ts'

const GB = 1e9
/** As many commits as tell what a disk does, within a second or two on a bad one. */
const ROUNDS = 50
const PAGE = Buffer.alloc(4096, 1)
/** Of `statfs`: a disk that is none. */
const MEMORY = 0x01021994
/** An acknowledgement waits for one of them. */
const SLOW_MS = 20
const TOO_SLOW_MS = 100

/** Of the disk that a data folder is on, or is to be made on. */
export function diskChecks(directory: string): readonly Check[] {
  const folder = nearest(resolve(directory))
  return [size(folder), room(folder), sync(folder)]
}

function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path))
}

/** Bytes that whoever runs the edge may still write, of so many. */
export function roomIn(folder: string): { readonly free: number; readonly total: number } {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { free: bavail * bsize, total: blocks * bsize }
}

function size(folder: string): Check {
  const { total } = roomIn(folder)
  const isMemory = statfsSync(folder).type === MEMORY
  const text = isMemory ? `${folder} is in memory` : `${(total / GB).toFixed(0)} GB`
  const advice =
    'Use a disk with 64 GB or more: a year of 1,000 devices by the second takes some 15 GB.'
  return judged('disk', text, {
    isBad: isMemory || total < 8 * GB,
    isPoor: total < 60 * GB,
    advice,
  })
}

function room(folder: string): Check {
  const { free } = roomIn(folder)
  const advice = 'Make room, or put the data folder on another disk.'
  const text = `${(free / GB).toFixed(1)} GB free in ${folder}`
  return judged('free', text, { isBad: free < 2 * GB, isPoor: free < 20 * GB, advice })
}

/** Measured as the journal does it: append, fsync. */
function sync(folder: string): Check {
  const path = join(folder, `.busbar-fsync-${process.pid}`)
  const advice =
    'Every acknowledgement waits for this: use an SSD or eMMC with power-loss protection, not a card or a network disk.'
  try {
    const times = measure(path).sort((one, other) => one - other)
    const [usual, worst] = [times[ROUNDS / 2] ?? 0, times.at(-1) ?? 0]
    const text = `${usual.toFixed(1)} ms, at worst ${worst.toFixed(0)} ms`
    return judged('fsync', text, { isBad: usual > TOO_SLOW_MS, isPoor: usual > SLOW_MS, advice })
  } catch (thrown) {
    const text = `cannot be measured: ${errorText(thrown)}`
    return { name: 'fsync', state: 'bad', text, advice: 'Run this as who will run the edge.' }
  } finally {
    rmSync(path, { force: true })
  }
}

function measure(path: string): number[] {
  const file = openSync(path, 'w')
  try {
    return Array.from({ length: ROUNDS }, () => {
      const start = performance.now()
      writeSync(file, PAGE)
      fsyncSync(file)
      return performance.now() - start
    })
  } finally {
    closeSync(file)
  }
}

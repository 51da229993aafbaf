import { join } from 'node:path'
import { errorText } from '../../src/core/errors.ts'
import { seededRandom } from '../../src/core/random.ts'
import { FolderRun, type Ground, type Tally, emptyTally } from './folder-run.ts'

export interface RunSettings {
  /** Empty, and the caller's to remove. */
  readonly folder: string
  readonly cycles: number
  readonly seed: number
  readonly report: (text: string) => void
}

/** Then a new folder and new devices, so that comparing all of it stays quick. */
const CYCLES_PER_FOLDER = 100
const REPORT_EVERY = 10

/** Kills an edge again and again while devices publish, and compares what it stored with what it acknowledged. */
export async function runCrashes(settings: RunSettings): Promise<Tally> {
  return runFolders(settings, {
    cyclesPerFolder: CYCLES_PER_FOLDER,
    groundAt: (folder) => new PlainGround(join(folder, 'data')),
  })
}

export interface Folders {
  readonly cyclesPerFolder: number
  readonly groundAt: (folder: string) => Ground
}

export async function runFolders(
  { folder, cycles, seed, report }: RunSettings,
  { cyclesPerFolder, groundAt }: Folders,
): Promise<Tally> {
  const tally = emptyTally()
  const random = seededRandom(seed)
  while (tally.cycles < cycles) {
    const first = tally.cycles
    const ground = groundAt(join(folder, `from-cycle-${first}`))
    const run = new FolderRun({ ground, random, tally })
    try {
      await run.begin()
      while (tally.cycles < Math.min(cycles, first + cyclesPerFolder)) {
        await run.cycle(tally.cycles - first)
        if (tally.cycles % REPORT_EVERY === 0) report(`cycle ${tally.cycles}: ${tally.kills} kills`)
      }
      await run.finish()
    } catch (cause) {
      throw new Error(`cycle ${tally.cycles}: ${errorText(cause)}; the edge: ${run.words}`, {
        cause,
      })
    } finally {
      await run.close()
    }
    report(`after ${tally.cycles} cycles ${tally.acknowledged} readings acknowledged, none lost`)
  }
  return tally
}

/** A kill takes the process and nothing else. */
class PlainGround implements Ground {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  environment(): Readonly<Record<string, string>> {
    return {}
  }

  struck(): void {}

  stopped(): void {}
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/random.ts'
import { type RunSettings, runFolders } from '../crash/crash-run.ts'
import { EdgeUnderTest } from '../crash/edge-under-test.ts'
import { Fleet } from '../crash/fleet.ts'
import type { Ground, Tally } from '../crash/folder-run.ts'
import type { Comparison } from '../crash/comparison.ts'
import { compareFolder } from '../crash/store-check.ts'
import { Disk } from './disk.ts'
import { buildInterposer } from './interposer.ts'

/** Few, because a new folder is where a file is made whose name may not survive. */
const CUTS_PER_FOLDER = 10
const SYNC_MS_MAX = 4

/** The same as a crash test, but every kill takes what was not synced as well. */
export async function runPowerCuts(settings: RunSettings): Promise<Tally> {
  const library = buildInterposer(settings.folder)
  return runFolders(settings, {
    cyclesPerFolder: CUTS_PER_FOLDER,
    groundAt: (folder) => new MainsGround(new Disk({ folder, library })),
  })
}

class MainsGround implements Ground {
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  get directory(): string {
    return this.#disk.directory
  }

  environment(random: Random): Readonly<Record<string, string>> {
    return this.#disk.environment({ delayMs: random() * SYNC_MS_MAX, lie: '' })
  }

  struck(random: Random): void {
    this.#disk.cut(random() < 0.5 ? 'strict' : 'partial', random)
  }

  /** SQLite syncs its file before it closes it. If ours differs, a write has passed by the library, and the test proves nothing. */
  stopped(): void {
    const [seen, synced] = [this.directory, this.#disk.names].map((folder) =>
      readFileSync(join(folder, 'journal.db')),
    )
    if (seen === undefined || synced?.equals(seen) !== true) {
      throw new Error('after a stop the disk does not hold what the edge wrote')
    }
  }
}

/** An edge whose disk only says that it synced: what a test of synced data must find. */
export async function cutWithLyingDisk({
  folder,
  seed,
}: Pick<RunSettings, 'folder' | 'seed'>): Promise<Comparison> {
  const disk = new Disk({ folder: join(folder, 'lying'), library: buildInterposer(folder) })
  const fleet = new Fleet(seed, Date.now())
  let edge: EdgeUnderTest | undefined
  try {
    // The first time the disk is honest, so that there is a journal; the second time it forgets the WAL, as synchronous=NORMAL does.
    for (const lie of ['', 'journal.db-wal']) {
      edge = new EdgeUnderTest({
        directory: disk.directory,
        environment: disk.environment({ delayMs: 0, lie }),
      })
      fleet.address = (await edge.ready)?.mqtt
      await fleet.progress(500)
      fleet.address = undefined
      await edge.kill()
      disk.cut('strict', () => 0)
    }
    return await compareFolder(fleet.records, disk.directory)
  } finally {
    fleet.close()
    await edge?.kill()
  }
}

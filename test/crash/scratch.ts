import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs `work` with an empty folder that is gone afterwards, also when the run fails or is interrupted. */
export async function withScratch<Result>(
  name: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `busbar-${name}-`))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const leave = (): void => process.exit(130)
  process.on('exit', remove)
  for (const signal of SIGNALS) process.once(signal, leave)
  try {
    return await work(folder)
  } finally {
    remove()
    process.off('exit', remove)
    for (const signal of SIGNALS) process.off(signal, leave)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

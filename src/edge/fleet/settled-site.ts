import { errorText } from '../../core/errors.ts'
import { readSite } from '../site/site-reader.ts'
import type { Site } from '../site/site.ts'
import { Places } from './places.ts'
import { Placing } from './placing.ts'
import { SetStore } from './set-store.ts'

/** The site file of this start, which needs no network: what was under way with a set is first brought to its end, and one with which nothing starts is taken back. */
export async function settledSite(siteFile: string, directory: string): Promise<Site> {
  const store = new SetStore(directory)
  const placing = new Placing(store, new Places(siteFile, directory))
  placing.started()
  try {
    return await readSite(siteFile)
  } catch (thrown) {
    if (!takenBack(siteFile, directory, thrown)) throw thrown
    return readSite(siteFile)
  }
}

/** True: the edge could not be started with the set that is being tried, and the one before is in its place again. */
export function takenBack(siteFile: string, directory: string, fault: unknown): boolean {
  const store = new SetStore(directory)
  if (store.state.trial === null) return false
  new Placing(store, new Places(siteFile, directory)).withdraw(
    `The edge cannot be started with it: ${errorText(fault)}`,
  )
  return true
}

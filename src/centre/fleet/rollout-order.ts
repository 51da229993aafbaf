import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { RolloutPlan } from '../../fleet/rollout.ts'
import { isDigest } from '../../fleet/set.ts'
import { wavesOf } from '../../fleet/waves.ts'
import type { SetShelf } from './set-shelf.ts'

/**
 * What somebody asks for: `set` (its digest), and `waves`, either sizes such as `["1", "5%", "rest"]` of `sites` (default: all that have ever reported), or lists of
 * sites. @throws GridError `usage`
 */
export async function readPlan(
  body: unknown,
  { known, sets }: { readonly known: readonly string[]; readonly sets: SetShelf },
): Promise<RolloutPlan> {
  const {
    set,
    waves = ['1', '5%', '25%', 'rest'],
    sites = known,
    soakSeconds = limits.rolloutSoakSeconds,
    failedPercent = limits.rolloutFailedPercent,
    silentSeconds = limits.rolloutSilentSeconds,
  } = { ...(body as Record<string, unknown> | null) }
  if (!isDigest(set)) throw new GridError('usage', 'set: the digest of a set is needed')
  const { manifest } = await sets.get(set)
  const planned = planWaves(waves, sites)
  const all = planned.flat()
  if (all.length === 0 || all.length > limits.rolloutSites)
    throw new GridError('usage', `sites: 1 to ${limits.rolloutSites} are needed`)
  if (new Set(all).size < all.length)
    throw new GridError('usage', 'waves: a site is in more than one')
  const strangers = all.filter((site) => !known.includes(site))
  if (strangers.length > 0)
    throw new GridError('usage', `sites that have never reported: ${strangers.join(', ')}`)
  return {
    digest: set,
    revision: manifest.revision,
    waves: planned,
    soakSeconds: amount(soakSeconds, 'soakSeconds', 7 * 86_400),
    failedPercent: amount(failedPercent, 'failedPercent', 100),
    silentSeconds: amount(silentSeconds, 'silentSeconds', 30 * 86_400),
  }
}

function planWaves(waves: unknown, sites: unknown): readonly (readonly string[])[] {
  if (isLists(waves)) return waves.filter((wave) => wave.length > 0)
  if (isList(waves) && isList(sites)) return wavesOf(sites, waves)
  throw new GridError('usage', 'waves: sizes such as ["1", "5%", "rest"], or lists of sites')
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isLists(value: unknown): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.length > 0 && value.every(isList)
}

function amount(value: unknown, name: string, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new GridError('usage', `${name}: a number from 0 to ${most} is needed`)
}

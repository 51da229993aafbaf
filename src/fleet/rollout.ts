import type { Desired } from './desired.ts'

export interface RolloutPlan {
  readonly digest: string
  readonly revision: number
  /** Sites, each in one wave. */
  readonly waves: readonly (readonly string[])[]
  /** After a wave so long nothing may go wrong before the next begins. */
  readonly soakSeconds: number
  /** Of a wave; when more fail, the rollout stops. */
  readonly failedPercent: number
  /** Of a site that says nothing for so long nobody waits. It gets the set when it comes back. */
  readonly silentSeconds: number
}

/** `stopped` by itself or `aborted` by a person: whoever has the set goes back. */
export type Phase = 'running' | 'paused' | 'stopped' | 'aborted' | 'done'

export interface Progress {
  readonly state: 'asked' | 'good' | 'failed'
  readonly askedAt: number
  /** When it became what it is. */
  readonly since: number
  /** Sentences of health when it was asked. */
  readonly problems: number
  readonly why: string
}

export interface Rollout {
  readonly plan: RolloutPlan
  readonly phase: Phase
  /** Why it is in this phase; who said so, where a person did. */
  readonly why: string
  /** Place in `waves` of the last one that was asked; -1: none was. */
  readonly wave: number
  /** Of those that were asked. */
  readonly sites: Readonly<Record<string, Progress>>
}

/** What a site has said last. */
export interface Seen {
  readonly heardAt: number
  readonly digest: string
  readonly state: string
  readonly reason: string
  /** Sentences of health, but for that of the link, and what they say. */
  readonly problems: number
  readonly problem: string
}

type Sight = ReadonlyMap<string, Seen>

export function newRollout(plan: RolloutPlan): Rollout {
  return { plan, phase: 'running', why: '', wave: -1, sites: {} }
}

/** Times in milliseconds since 1970. Never more than one wave further, and never when a limit is passed. */
export function step(rollout: Rollout, seen: Sight, nowMs: number): Rollout {
  if (rollout.phase === 'stopped' || rollout.phase === 'aborted') return rollout
  const looked = { ...rollout, sites: lookAtSites(rollout, seen, nowMs) }
  if (looked.phase === 'done') return looked
  const wrong = tooMany(looked)
  if (wrong !== '') return { ...looked, phase: 'stopped', why: wrong }
  if (looked.phase === 'paused' || !isSettled(looked, seen, nowMs)) return looked
  const wave = looked.wave + 1
  const sites = looked.plan.waves[wave]
  if (sites === undefined) return { ...looked, phase: 'done', why: '' }
  const asked = sites.map((site): [string, Progress] => {
    const problems = seen.get(site)?.problems ?? 0
    return [site, { state: 'asked', askedAt: nowMs, since: nowMs, problems, why: '' }]
  })
  return { ...looked, wave, sites: { ...looked.sites, ...Object.fromEntries(asked) } }
}

export type Order = 'pause' | 'resume' | 'abort'

/** Undefined: that cannot be done in this phase. A rollout that is stopped has gone back, and is not resumed: mend the set. */
export function ordered(rollout: Rollout, order: Order, who: string): Rollout | undefined {
  const { phase } = rollout
  const become = (next: Phase): Rollout => ({ ...rollout, phase: next, why: `${order} by ${who}` })
  if (order === 'pause') return phase === 'running' ? become('paused') : undefined
  if (order === 'resume') return phase === 'paused' ? become('running') : undefined
  return phase === 'stopped' || phase === 'aborted' ? undefined : become('aborted')
}

/** What each site that was asked is to run. */
export function desiredBy(rollout: Rollout, number: number): ReadonlyMap<string, Desired> {
  const { plan, phase } = rollout
  const { digest, revision } = plan
  const goesBack = phase === 'stopped' || phase === 'aborted'
  const action = goesBack ? 'roll-back' : 'run'
  const desired = new Map<string, Desired>()
  for (const [wave, sites] of plan.waves.entries()) {
    for (const site of sites) {
      if (rollout.sites[site] === undefined) continue
      desired.set(site, { action, digest, revision, rollout: number, wave })
    }
  }
  return desired
}

function lookAtSites({ plan, sites }: Rollout, seen: Sight, nowMs: number): Rollout['sites'] {
  const looked = Object.entries(sites).map(([site, progress]): [string, Progress] => {
    const now = seen.get(site)
    return [site, now === undefined ? progress : lookAt(progress, now, { plan, nowMs })]
  })
  return Object.fromEntries(looked)
}

function lookAt(
  progress: Progress,
  { digest, state, reason, problems, problem, heardAt }: Seen,
  { plan, nowMs }: { readonly plan: RolloutPlan; readonly nowMs: number },
): Progress {
  if (progress.state === 'failed' || heardAt < progress.askedAt) return progress
  const become = (next: Progress['state'], why: string): Progress => ({
    ...progress,
    state: next,
    since: nowMs,
    why,
  })
  const isThis = digest === plan.digest
  if (isThis && (state === 'failed' || state === 'rolled-back'))
    return become('failed', reason === '' ? 'It was taken back.' : reason)
  if (progress.state === 'asked') return isThis && state === 'good' ? become('good', '') : progress
  const isOver = nowMs - progress.since > plan.soakSeconds * 1000
  if (!isOver && problems > progress.problems)
    return become('failed', `Its health fell after the set was found good. ${problem}`.trim())
  return progress
}

/** Empty: no wave has more failures than it may. */
function tooMany({ plan, sites, wave }: Rollout): string {
  for (const [at, members] of plan.waves.slice(0, wave + 1).entries()) {
    const failed = members.filter((site) => sites[site]?.state === 'failed')
    if (failed.length * 100 <= plan.failedPercent * members.length) continue
    const [first = ''] = failed
    const most = plan.failedPercent === 0 ? 'none may' : `${plan.failedPercent} % may`
    return `In wave ${at + 1} of ${plan.waves.length} ${failed.length} of ${members.length} sites failed, and ${most}. ${first}: ${sites[first]?.why ?? ''}`
  }
  return ''
}

/**
 * The last wave is over: everybody has answered, or is silent for long, and what was good has been so for a while. A set that has proved itself nowhere
 * goes no further, however long its first sites are silent.
 */
function isSettled({ plan, sites, wave }: Rollout, seen: Sight, nowMs: number): boolean {
  if (wave < 0) return true
  const members = plan.waves[wave] ?? []
  const isAnswered = members.every((site) => {
    const progress = sites[site]
    if (progress === undefined || progress.state !== 'asked') return true
    const heardAt = Math.max(progress.askedAt, seen.get(site)?.heardAt ?? 0)
    return nowMs - heardAt > plan.silentSeconds * 1000
  })
  const all = Object.values(sites)
  if (!isAnswered || !all.some(({ state }) => state === 'good')) return false
  const last = members.reduce((latest, site) => Math.max(latest, sites[site]?.since ?? 0), 0)
  return nowMs - last >= plan.soakSeconds * 1000
}

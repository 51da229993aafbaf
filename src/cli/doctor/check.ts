/** One thing that was looked at before anything is installed. */
export interface Check {
  readonly name: string
  /** `poor`: an edge runs, but worse than it could, or a part of the product cannot be used. */
  readonly state: 'good' | 'poor' | 'bad'
  readonly text: string
  /** What to do about it, in a sentence. */
  readonly advice?: string
}

/** The worst that holds of a figure. */
export function judged(
  name: string,
  text: string,
  {
    isBad,
    isPoor,
    advice,
  }: { readonly isBad: boolean; readonly isPoor: boolean; readonly advice: string },
): Check {
  if (isBad) return { name, state: 'bad', text, advice }
  return isPoor ? { name, state: 'poor', text, advice } : { name, state: 'good', text }
}

export function textOfChecks(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ name, state, text, advice }) => [
    `${state.padEnd(5)} ${name.padEnd(13)} ${text}`,
    ...(advice === undefined ? [] : [`${' '.repeat(20)}${advice}`]),
  ])
  const bad = checks.filter(({ state }) => state === 'bad').length
  const poor = checks.filter(({ state }) => state === 'poor').length
  const sum =
    bad > 0
      ? `Not ready: ${bad} of ${checks.length} things must be put right.`
      : `Ready${poor > 0 ? `, though ${poor} of ${checks.length} things could be better` : ''}.`
  return [...lines, '', sum, ''].join('\n')
}

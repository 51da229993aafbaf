/** Topics of the fleet, version 1. */
const PREFIX = 'fleet/v1'

const TOPIC = /^fleet\/v1\/([a-z0-9-]{1,64})\/([a-z]+)$/

/**
 * What a site says: `reported` (retained), how it is and what it runs; `request`, what it wants to be sent. What it is told: `desired` (retained), what it
 * should run; `answer`, to its requests.
 */
export const fromSite = ['reported', 'request'] as const
export const toSite = ['desired', 'answer'] as const
type Kind = (typeof fromSite)[number] | (typeof toSite)[number]

export function fleetTopic(site: string, kind: Kind): string {
  return `${PREFIX}/${site}/${kind}`
}

/** What all sites say, shared among the workers of a centre. */
export function fleetFilter(group: string, kind: (typeof fromSite)[number]): string {
  return `$share/${group}/${PREFIX}/+/${kind}`
}

/** Who says what by this topic; undefined: no site does. */
export function fleetSourceOf(
  topic: string,
): { readonly site: string; readonly kind: (typeof fromSite)[number] } | undefined {
  const [, site = '', word = ''] = TOPIC.exec(topic) ?? []
  const kind = fromSite.find((each) => each === word)
  return kind === undefined ? undefined : { site, kind }
}

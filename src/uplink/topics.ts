/** Topics of the uplink, version 1. */
const PREFIX = 'uplink/v1'

const STREAM = /^[a-z][a-z0-9-]{0,31}$/
const TOPIC = /^uplink\/v1\/([a-z0-9-]{1,64})\/([a-z][a-z0-9-]{0,31})$/

/** `ack` is no stream: acknowledgements go there. */
export function isStream(name: string): boolean {
  return name !== 'ack' && STREAM.test(name)
}

export function streamTopic(site: string, stream: string): string {
  return `${PREFIX}/${site}/${stream}`
}

export function ackTopic(site: string): string {
  return `${PREFIX}/${site}/ack`
}

/** What all sites send, shared among the workers of a centre. */
export function centreFilter(group: string): string {
  return `$share/${group}/${PREFIX}/+/+`
}

/** Whose envelopes come by this topic; undefined: none do. */
export function sourceOf(topic: string): { site: string; stream: string } | undefined {
  const [, site = '', stream = ''] = TOPIC.exec(topic) ?? []
  return site !== '' && isStream(stream) ? { site, stream } : undefined
}

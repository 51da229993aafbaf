import { matches } from '../../mqtt/topic/filter.ts'

/** Topic filters of what somebody may do; what no filter covers is not allowed. */
export interface TopicRights {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

/** What every device may: its own name, and its own commands. */
export function deviceRights(device: string): TopicRights {
  return { publish: [`grid/${device}/#`], subscribe: [`grid/${device}/commands/#`] }
}

/** An edge node of Sparkplug may besides speak for itself and its devices, in whatever group, and learn whether the host is there. */
export function edgeNodeRights(node: string): TopicRights {
  const { publish, subscribe } = deviceRights(node)
  const toHost = ['NBIRTH', 'NDATA', 'NDEATH', 'DBIRTH', 'DDATA', 'DDEATH']
  const fromHost = ['NCMD', 'DCMD'].map((kind) => `spBv1.0/+/${kind}/${node}/#`)
  return {
    publish: [...publish, ...toHost.map((kind) => `spBv1.0/+/${kind}/${node}/#`)],
    subscribe: [...subscribe, ...fromHost, 'spBv1.0/STATE/#'],
  }
}

/** What the role says, and the answers to its own commands. */
export function clientRights(name: string, { publish, subscribe }: TopicRights): TopicRights {
  return { publish, subscribe: [...subscribe, `${ANSWERS}${name}/#`] }
}

/** A request for a command to a device: `edge/commands/<device>`. */
export function isRequest(topic: string): boolean {
  return /^edge\/commands\/[^/]*$/.test(topic)
}

/**
 * What the edge alone says: commands, or else they could be sent past the audit, alarms, or else anybody could raise one or have it gone, and
 * what it says of itself. So there can be no device of the name `alarms`.
 */
export function isServers(topic: string): boolean {
  return (
    (topic.startsWith('edge/') && !isRequest(topic)) ||
    /^grid\/[^/]*\/commands(?:\/|$)/.test(topic) ||
    /^grid\/alarms(?:\/|$)/.test(topic)
  )
}

/** May an answer of the edge go there? Where others expect something of their own, no: it would speak in their name. */
export function isForAnswers(topic: string): boolean {
  return topic.startsWith(ANSWERS) || !/^(?:\$|edge\/|grid\/|spBv1\.0\/)/.test(topic)
}

const ANSWERS = 'edge/answers/'

export function allowsPublish({ publish }: TopicRights, topic: string): boolean {
  return publish.some((filter) => matches(filter, topic))
}

/** Only what one of the filters covers in full: a subscription is never narrowed in silence. */
export function allowsSubscribe({ subscribe }: TopicRights, filter: string): boolean {
  return subscribe.some((allowed) => covers(allowed, filter))
}

/** Does `allowed` match every topic that `wanted` matches? Both are valid and not shared. */
export function covers(allowed: string, wanted: string): boolean {
  if (wanted.startsWith('$') && /^[+#]/.test(allowed)) return false // [MQTT-4.7.2-1]
  const may = allowed.split('/')
  const levels = wanted.split('/')
  for (const [at, level] of may.entries()) {
    if (level === '#') return true
    const asked = levels[at]
    if (asked === undefined || asked === '#') return false
    if (level !== '+' && level !== asked) return false
  }
  return levels.length === may.length
}

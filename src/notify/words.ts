/** What a message says in words, in one language. */
export interface Words {
  readonly subject: (head: { site: string; raised: number; over: number; worst: string }) => string
  readonly greeting: (site: string) => string
  readonly test: (contact: string) => string
  readonly raised: string
  readonly repeated: string
  readonly over: string
  readonly cameAndWent: string
  readonly since: string
  readonly until: string
  readonly where: string
  readonly members: (count: number, active: number) => string
  readonly whatToDo: string
  readonly more: string
  readonly withheld: string
  readonly footer: string
  readonly priorities: Readonly<Record<string, string>>
  readonly places: Readonly<Record<string, string>>
  /** By the name of an event, or by how it begins with a star behind it. */
  readonly events: Readonly<Record<string, EventWords>>
  readonly anyEvent: string
}

export interface EventWords {
  readonly title: string
  readonly todo: string
}

/** The entry about a name: itself, or how it begins. Undefined: a processor of the utility found it. */
export function eventTopic({ events }: Words, name: string): string | undefined {
  if (Object.hasOwn(events, name)) return name
  return Object.keys(events).find(
    (pattern) => pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)),
  )
}

/** Names without words of their own are what they are called. */
export function eventWords(words: Words, name: string): EventWords {
  const topic = eventTopic(words, name)
  return (
    (topic === undefined ? undefined : words.events[topic]) ?? { title: name, todo: words.anyEvent }
  )
}

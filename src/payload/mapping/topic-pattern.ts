/** Topics of one kind: `tele/+/SENSOR`. One of the `+` stands where a device's name does. */
export interface TopicPattern {
  readonly levels: readonly string[]
  /** The level that names the device, counted from 0. */
  readonly deviceLevel: number
}

/** The pattern, or what is wrong with it. `level` counts from 1; without it the first `+` names the device. */
export function parseTopicPattern(text: string, level?: number): TopicPattern | string {
  const levels = text.split('/')
  const [first = ''] = levels
  if (RESERVED.has(first) || first.startsWith('$'))
    return `topics under ${first}/ have a meaning already`
  if (levels.some((each) => each !== '+' && /[+#]/.test(each)))
    return 'a level is + or a name without + and #'
  const deviceLevel = level === undefined ? levels.indexOf('+') : level - 1
  if (level === undefined && deviceLevel < 0) return 'no level is +, which names the device'
  if (levels[deviceLevel] !== '+') return `level ${level} is not +`
  return { levels, deviceLevel }
}

/** The name of the device whose topic this is; undefined: it is none of the pattern. */
export function deviceOf(topic: string, { levels, deviceLevel }: TopicPattern): string | undefined {
  const given = topic.split('/')
  if (given.length !== levels.length) return undefined
  const fits = levels.every((level, at) => level === '+' || level === given[at])
  return fits ? given[deviceLevel] : undefined
}

const RESERVED: ReadonlySet<string> = new Set(['grid', 'edge', 'uplink', 'fleet', 'spBv1.0'])

import { limits } from '../../core/limits.ts'
import { fitsTopicBytes } from './name.ts'

export interface SharedFilter {
  readonly group: string
  readonly filter: string
}

/**
 * Topic Filter (section 4.7), shared or not:
 *
 *     filter = level { '/' level }*       level = text without wildcards | '+' [MQTT-4.7.1-2] | '#', the last one [MQTT-4.7.1-1]
 *     shared = '$share/' group '/' filter   group = at least one character, no '/', '+', '#' [MQTT-4.8.2-1] [MQTT-4.8.2-2]
 *
 * At least one character [MQTT-4.7.3-1], no U+0000 [MQTT-4.7.3-2], and within our limits.
 */
export function isTopicFilter(text: string): boolean {
  if (!fitsTopicBytes(text)) return false
  if (!text.startsWith(SHARE)) return isPlainFilter(text)
  const shared = parseShared(text)
  return shared !== undefined && isPlainFilter(shared.filter)
}

/** Parts a shared filter; undefined for one that is not shared, or that is shared by no group. */
export function parseShared(text: string): SharedFilter | undefined {
  if (!text.startsWith(SHARE)) return undefined
  const slash = text.indexOf('/', SHARE.length)
  if (slash === -1) return undefined
  const group = text.slice(SHARE.length, slash)
  if (group === '' || /[+#\0]/.test(group)) return undefined
  return { group, filter: text.slice(slash + 1) }
}

/**
 * Does a filter, valid and not shared, match a topic name? Character by character, nothing is normalised [MQTT-4.7.3-4].
 * A wildcard in front does not match a topic that begins with `$` [MQTT-4.7.2-1].
 */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && startsWithWildcard(filter)) return false
  let filterAt = 0
  let topicAt = 0
  for (;;) {
    if (filter[filterAt] === '#') return true
    const filterEnd = levelEnd(filter, filterAt)
    const topicEnd = levelEnd(topic, topicAt)
    if (filter[filterAt] !== '+') {
      if (filterEnd - filterAt !== topicEnd - topicAt) return false
      if (!topic.startsWith(filter.slice(filterAt, filterEnd), topicAt)) return false
    }
    // `#` stands for its parent too: `a/#` matches `a`.
    if (topicEnd === topic.length) {
      return filterEnd === filter.length || filter.slice(filterEnd) === '/#'
    }
    if (filterEnd === filter.length) return false
    filterAt = filterEnd + 1
    topicAt = topicEnd + 1
  }
}

const SHARE = '$share/'

function isPlainFilter(text: string): boolean {
  if (text === '' || text.includes('\0')) return false
  const levels = text.split('/', limits.topicLevels + 1)
  if (levels.length > limits.topicLevels) return false
  return levels.every((level, index) => {
    if (level === '+') return true
    if (level === '#') return index === levels.length - 1
    return !/[+#]/.test(level)
  })
}

function startsWithWildcard(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#')
}

function levelEnd(text: string, at: number): number {
  const slash = text.indexOf('/', at)
  return slash === -1 ? text.length : slash
}

import { shapeTopics, readerOf } from '../payload/mapping/shapes.ts'
import { MappedDecoder, type PayloadReader } from '../payload/mapping/mapped.ts'
import { deviceOf, parseTopicPattern, type TopicPattern } from '../payload/mapping/topic-pattern.ts'
import { assert } from '../core/assert.ts'
import type { ForeignDevice } from './ingest.ts'
import type { Site } from './site/site.ts'

interface Mapping {
  readonly pattern: TopicPattern
  readonly read: PayloadReader
}

/** The mappings of a site: whose a topic is, and what reads it. Of two mappings that fit the first counts. */
export function mappedTopics(site: Site): (topic: string) => ForeignDevice | undefined {
  const mappings = site.mappings.map(compile)
  return (topic) => {
    for (const { pattern, read } of mappings) {
      const device = deviceOf(topic, pattern)
      if (device === undefined) continue
      return {
        device,
        newDecoder: (names, draft) => new MappedDecoder(read, { names, draft, device }),
      }
    }
    return undefined
  }
}

function compile(settings: Site['mappings'][number]): Mapping {
  const { shape, topic = shape && shapeTopics[shape], deviceLevel } = settings
  const pattern = parseTopicPattern(topic ?? '', deviceLevel)
  assert(typeof pattern !== 'string', 'the site file was checked')
  return { pattern, read: readerOf(settings) }
}

import { limits } from '../../core/limits.ts'

/**
 * Topic Name (section 4.7): levels parted by `/`, any of them may be empty. At least one character [MQTT-4.7.3-1], no
 * wildcard [MQTT-4.7.0-1], no U+0000 [MQTT-4.7.3-2], and within our limits.
 */
export function isTopicName(text: string): boolean {
  let levels = 1
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case SLASH:
        levels++
        break
      case PLUS:
      case HASH:
      case NUL:
        return false
    }
  }
  return text !== '' && levels <= limits.topicLevels && fitsTopicBytes(text)
}

/** A UTF-16 unit is three bytes of UTF-8 at most, so that short texts need no counting. */
export function fitsTopicBytes(text: string): boolean {
  return text.length * 3 <= limits.topicBytes || Buffer.byteLength(text) <= limits.topicBytes
}

const NUL = 0x00
const HASH = 0x23
const PLUS = 0x2b
const SLASH = 0x2f

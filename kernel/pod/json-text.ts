import { readNumber } from './decimal.ts'

/**
 * JSON where it lies. Every function is given where to read and answers where it stopped, or 0 where the text is not well-formed. Nothing
 * looks for the end: the caller has put a 0 behind the text, which stops every comparison and every loop.
 */
export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const OPEN = 0x7b
export const CLOSE = 0x7d
const BACKSLASH = 0x5c
const DEPTH_MAX = 32

export function skipSpace(start: usize): usize {
  let at = start
  while (true) {
    const byte = load<u8>(at)
    if (byte > 0x20 || (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09)) return at
    at++
  }
}

/** Where the quote is that ends the string whose first character is at `start`. */
export function closingQuote(start: usize): usize {
  let at = start
  while (true) {
    const byte = load<u8>(at)
    if (byte == QUOTE) return at
    if (byte < 0x20) return 0
    if (byte == BACKSLASH) {
      at = afterEscape(at + 1)
      if (at == 0) return 0
    } else at++
  }
}

/** After the word, where it stands there. */
export function afterWord(start: usize, word: string): usize {
  for (let index = 0; index < word.length; index++) {
    if (<i32>load<u8>(start + <usize>index) != word.charCodeAt(index)) return 0
  }
  return start + <usize>word.length
}

/** After a value of any kind. */
export function afterValue(start: usize, depth: i32): usize {
  const byte = load<u8>(start)
  if (byte == QUOTE) {
    const close = closingQuote(start + 1)
    return close == 0 ? 0 : close + 1
  }
  if (byte == OPEN || byte == OPEN_LIST) return depth < DEPTH_MAX ? afterItems(start, depth) : 0
  if (byte == 0x74) return afterWord(start, 'true')
  if (byte == 0x66) return afterWord(start, 'false')
  if (byte == 0x6e) return afterWord(start, 'null')
  return readNumber(start)
}

/** Whether the text, which ends with a 0, is one value and nothing besides. */
export function isJson(start: usize): bool {
  const end = afterValue(skipSpace(start), 0)
  return end != 0 && load<u8>(skipSpace(end)) == 0
}

/** Where the value of a member begins whose name is at `start`, the quote in front of it read already. */
export function afterColon(closing: usize): usize {
  const at = skipSpace(closing + 1)
  return load<u8>(at) == COLON ? skipSpace(at + 1) : 0
}

function afterItems(start: usize, depth: i32): usize {
  const isMap = load<u8>(start) == OPEN
  const close = isMap ? CLOSE : CLOSE_LIST
  let at = skipSpace(start + 1)
  if (load<u8>(at) == close) return at + 1
  while (true) {
    if (isMap) {
      if (load<u8>(at) != QUOTE) return 0
      at = closingQuote(at + 1)
      if (at == 0) return 0
      at = afterColon(at)
      if (at == 0) return 0
    }
    at = afterValue(at, depth + 1)
    if (at == 0) return 0
    at = skipSpace(at)
    const byte = load<u8>(at)
    if (byte == close) return at + 1
    if (byte != COMMA) return 0
    at = skipSpace(at + 1)
  }
}

function afterEscape(at: usize): usize {
  const byte = load<u8>(at)
  if (byte != 0x75) return isSimpleEscape(byte) ? at + 1 : 0
  for (let index: usize = 1; index <= 4; index++) {
    if (!isHexadecimal(load<u8>(at + index))) return 0
  }
  return at + 5
}

/** `"`, `\`, `/`, `b`, `f`, `n`, `r`, `t`. */
function isSimpleEscape(byte: u8): bool {
  if (byte == QUOTE || byte == BACKSLASH || byte == 0x2f || byte == 0x62) return true
  return byte == 0x66 || byte == 0x6e || byte == 0x72 || byte == 0x74
}

function isHexadecimal(byte: u8): bool {
  const letter = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66)
}

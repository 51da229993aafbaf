import { limits } from '../core/limits.ts'

/**
 * Why a new password is no good; undefined: it is. As NIST SP 800-63B has it: long, and not what everybody tries first. No kinds of
 * characters are asked for, and it does not grow old.
 */
export function passwordFault(password: string, name: string): string | undefined {
  const characters = Array.from(password)
  const { userPasswordCharactersMin: least, userPasswordCharactersMax: most } = limits
  if (characters.length < least)
    return `it has ${characters.length} characters; ${least} are needed`
  if (characters.length > most) return `it has more than ${most} characters`
  if (/[\p{Cc}\p{Cs}]/u.test(password)) return 'it has a character that cannot be typed'
  if (new Set(characters).size < DISTINCT) return 'it repeats the same few characters'
  if (isSequence(characters)) return 'it is a sequence'
  if (isCommon(password.toLowerCase(), name.toLowerCase()))
    return 'it is made of words that are tried first, or of the name'
  return undefined
}

/** One text, however it was typed: an umlaut may be one character or two. */
export function passwordBytes(password: string): Uint8Array {
  return Buffer.from(password.normalize('NFC'))
}

const DISTINCT = 5
/** What has to be left beside words of the list. */
const OWN_CHARACTERS = 6

const COMMON = [
  'password',
  'passw0rd',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'qwertz',
  'asdfghjkl',
  'asdf',
  'zxcvbnm',
  'yxcvbnm',
  'letmein',
  'welcome',
  'iloveyou',
  'monkey',
  'dragon',
  'changeme',
  'default',
  'secret',
  'admin',
  'administrator',
  'root',
  'user',
  'operator',
  'engineer',
  'viewer',
  'busbar',
  'substation',
  'scada',
  'grid',
  'energy',
  'power',
  'woaini',
  'mima',
  'bianzhan',
  'biandianzhan',
].toSorted((a, b) => b.length - a.length)

function isCommon(password: string, name: string): boolean {
  let rest = password
  for (const word of name.length < 3 ? COMMON : [name, ...COMMON]) rest = rest.replaceAll(word, '')
  if (rest === password) return false
  // Numbers and signs at the end are what everybody adds.
  return Array.from(rest.replaceAll(/[^\p{L}]/gu, '')).length < OWN_CHARACTERS
}

/** 123456789012, abcdefghijkl, and backwards. */
function isSequence(characters: readonly string[]): boolean {
  const codes = characters.map((each) => each.codePointAt(0) ?? 0)
  return [1, -1].some((step) =>
    codes.every((code, at) => {
      const before = codes[at - 1]
      return before === undefined || code - before === step || code - before === step * -9
    }),
  )
}

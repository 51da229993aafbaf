import type { Person } from '../../core/access.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { suggestion } from '../../core/nearest.ts'
import { type Words, readObject } from '../json-scope.ts'
import type { AlarmAction } from '../ports.ts'

export const actionNames = ['acknowledge', 'shelve', 'unshelve'] as const
type ActionName = (typeof actionNames)[number]

const KEYS: Readonly<Record<ActionName, readonly string[]>> = {
  acknowledge: ['who', 'comment'],
  shelve: ['who', 'reason', 'minutes'],
  unshelve: ['who'],
}
const MINUTE_MS = 60_000

/**
 * The body of an action: why it is done, and by whom where whoever asks is nobody in particular; `person` is who it is otherwise, whatever the body says.
 * @throws GridError `input`
 */
export function readAction(
  kind: ActionName,
  body: unknown,
  person: Person | undefined,
): AlarmAction {
  const words = readObject(body, '{"who":"ana"}')
  for (const key of Object.keys(words)) {
    if (!KEYS[kind].includes(key))
      throw new GridError(
        'input',
        `${kind}: "${key}" is no key of it${suggestion(key, KEYS[kind])}`,
      )
  }
  const isNamed = person !== undefined && person.kind !== 'local'
  const who = isNamed ? person.name : textOf(words, 'who', 'needed')
  switch (kind) {
    case 'acknowledge':
      return { kind, who, comment: textOf(words, 'comment', 'optional') }
    case 'shelve':
      return {
        kind,
        who,
        reason: textOf(words, 'reason', 'needed'),
        forMs: forMs(words['minutes']),
      }
    case 'unshelve':
      return { kind, who }
  }
}

/** One line, as long as an entry of a list may be. */
function textOf(words: Words, key: string, how: 'needed' | 'optional'): string {
  const value = words[key] ?? ''
  if (value === '' && how === 'optional') return ''
  const isFit = typeof value === 'string' && value.trim() !== '' && !/\p{Cc}/u.test(value)
  if (isFit && value.length <= limits.alarmTextCharacters) return value
  throw new GridError('input', `${key}: a line of 1 to ${limits.alarmTextCharacters} characters`, {
    hint: `Say ${key === 'who' ? 'who does it' : 'why'}: {"who":"ana","${key}":"…"}.`,
  })
}

function forMs(minutes: unknown): number {
  const most = limits.alarmShelveHoursMax * 60
  if (typeof minutes === 'number' && minutes >= 1 && minutes <= most) return minutes * MINUTE_MS
  throw new GridError('input', `minutes: a number from 1 to ${most}`, {
    hint: 'A shelf has an end; what takes longer is a rule of the site file.',
  })
}

import { formatQuality } from '../../core/quality.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { Result } from '../../kernel/output-decoder.ts'
import type { SubjectEntry } from '../../kernel/subjects.ts'
import type { Publication } from './protocol.ts'

/** A result as local subscribers get it (docs/mqtt.md). */
export function publicationOf(result: Result, subject: SubjectEntry): Publication {
  const { kind, name, key, value, quality, revision, fields } = result
  const about = {
    subject: subject.id,
    subjectKind: subject.kind,
    name,
    ...(key > 0 ? { key } : {}),
  }
  const start = formatTime(Micros(result.time))
  const end = result.end === 0 ? null : formatTime(Micros(result.end))
  const measured = { value: numberOrNull(value), quality: formatQuality(quality) }
  const more = { ...(revision > 0 ? { revision } : {}), ...present(fields) }
  const at = `grid/${subject.id}`
  switch (kind) {
    case 'derived':
      return text(`${at}/derived`, { ...about, time: start, ...measured, ...more })
    case 'aggregate':
      return text(`${at}/aggregates/${widthText(result.end - result.time)}`, {
        ...about,
        start,
        end,
        ...measured,
        ...more,
      })
    case 'event': {
      const { state = null, severity } = result
      return text(`${at}/events`, { ...about, start, end, state, severity, ...measured, ...more })
    }
  }
}

/** `150ms`, `3s`, `10m`, `2h`, `1d`: the largest unit that it is a multiple of. */
export function widthText(durationUs: number): string {
  const unit = UNITS.find(([, lengthUs]) => durationUs % lengthUs === 0)
  return unit === undefined ? `${durationUs}us` : `${durationUs / unit[1]}${unit[0]}`
}

const UNITS = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1000],
] as const

function text(topic: string, payload: object): Publication {
  return { topic, payload: JSON.stringify(payload) }
}

function present(fields: Result['fields']): object {
  const own = Object.entries(fields)
  if (own.length === 0) return {}
  return {
    fields: Object.fromEntries(
      own.map(([name, value]) => [name, typeof value === 'number' ? numberOrNull(value) : value]),
    ),
  }
}

/** JSON has no NaN. */
function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

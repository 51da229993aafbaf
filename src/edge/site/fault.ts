/** What is wrong, and where: an offset into the text of the file. */
export interface Fault {
  readonly offset: number
  readonly text: string
}

/** From the root of the file: `['devices', 3, 'kind']`. */
export type Path = readonly PropertyKey[]

/** `devices[3].kind` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}

/** A line each, in the order of the file: `FILE:LINE:COLUMN: text`, both counted from 1. */
export function formatFaults(
  faults: readonly Fault[],
  file: { readonly path: string; readonly text: string },
): string {
  let line = 1
  let lineStart = 0
  const lines = faults
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, text }) => {
      for (;;) {
        const lineEnd = file.text.indexOf('\n', lineStart)
        if (lineEnd < 0 || lineEnd >= offset) break
        lineStart = lineEnd + 1
        line++
      }
      return `${file.path}:${line}:${offset - lineStart + 1}: ${text}`
    })
  return [...new Set(lines)].join('\n')
}

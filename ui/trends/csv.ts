import type { TrendData } from './trend-data.ts'

/** What is shown, a line for each value, in the columns that the edge's own CSV has. */
export function csvOf({ series }: TrendData): string {
  const lines = ['device,quantity,unit,time,value,least,greatest,quality']
  for (const { point, unit, times, values, least, greatest, qualities } of series) {
    const name = [point.device, point.quantity, unit].map(quoted).join(',')
    for (const [at, time] of times.entries()) {
      const numbers = [values[at], least[at], greatest[at]].map((value) => String(value ?? ''))
      lines.push(
        [name, new Date(time).toISOString(), ...numbers, quoted(qualities[at] ?? '')].join(),
      )
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

/** RFC 4180; and a name that a spreadsheet would take for a formula becomes a text. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function saveAs(
  name: string,
  content: { readonly type: string; readonly text: string },
): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content.text], { type: content.type }))
  link.download = name
  link.click()
  // The browser has taken it by the next turn, and would keep it until the page is closed.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

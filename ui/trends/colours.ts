const COLOURS = 8

/** Of the theme that holds now: a plot is painted, not styled. */
export function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim()
}

export function seriesColour(index: number): string {
  return colourOf(`--series-${seriesNumber(index)}`)
}

export function seriesNumber(index: number): number {
  return (index % COLOURS) + 1
}

import type uPlot from 'uplot'
import { colourOf } from './colours.ts'
import type { Series, TrendData } from './trend-data.ts'

const LANE_PIXELS = 5

/** Below the lines a lane for each point, coloured where its quality is not good; and a line upwards where an event began. */
export function paintMarks(plot: uPlot, { series, events, span }: TrendData): void {
  const { ctx: paper, bbox } = plot
  const scale = devicePixelRatio
  const xOf = (timeMs: number): number => plot.valToPos(timeMs, 'x', true)
  paper.save()
  paper.beginPath()
  paper.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  paper.clip()
  for (const [lane, each] of series.entries()) {
    const y = bbox.top + bbox.height - (lane + 1) * LANE_PIXELS * scale
    for (const { fromMs, toMs, isInvalid } of doubtfulStretches(each)) {
      const [left, right] = [xOf(fromMs), xOf(toMs)]
      const width = Math.max(2 * scale, right - left)
      paper.fillStyle = colourOf(isInvalid ? '--bad' : '--near-fill')
      paper.fillRect(left, y, width, (LANE_PIXELS - 1) * scale)
      paper.globalAlpha = 0.1
      paper.fillRect(left, bbox.top, width, bbox.height)
      paper.globalAlpha = 1
    }
  }
  paper.strokeStyle = colourOf('--beyond')
  paper.fillStyle = colourOf('--beyond')
  paper.lineWidth = scale
  paper.setLineDash([3 * scale, 3 * scale])
  for (const { start } of events) {
    const timeMs = Date.parse(start)
    if (timeMs < span.fromMs || timeMs > span.toMs) continue
    const x = Math.round(xOf(timeMs))
    paper.beginPath()
    paper.moveTo(x, bbox.top)
    paper.lineTo(x, bbox.top + bbox.height)
    paper.stroke()
    paper.fillRect(x - 3 * scale, bbox.top, 6 * scale, 6 * scale)
  }
  paper.restore()
}

interface Stretch {
  readonly fromMs: number
  readonly toMs: number
  readonly isInvalid: boolean
}

/** Neighbours of the same kind are one stretch: thousands of rectangles would take as long as all the rest. */
function doubtfulStretches({ times, qualities }: Series): Stretch[] {
  const stretches: Stretch[] = []
  for (let at = 0; at < times.length;) {
    const quality = qualities[at] ?? 'good'
    let next = at + 1
    while (next < times.length && qualities[next] === quality) next++
    const [fromMs, toMs] = [times[at] ?? 0, times[next] ?? times[next - 1] ?? 0]
    if (quality !== 'good') stretches.push({ fromMs, toMs, isInvalid: quality.includes('invalid') })
    at = next
  }
  return stretches
}

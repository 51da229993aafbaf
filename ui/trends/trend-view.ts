export interface PointName {
  readonly device: string
  readonly quantity: string
}

/** What a trend shows, all of which its address says. */
export interface TrendView {
  readonly points: readonly PointName[]
  /** `follow`: the last so long before now. */
  readonly range:
    | { readonly kind: 'follow'; readonly spanMs: number }
    | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number }
}

export const POINTS_MAX = 8
const USUAL_SPAN_MS = 900_000
const SPAN_MIN_MS = 10
const SPAN_MAX_MS = 20 * 365 * 86_400_000

export function readView(query: URLSearchParams): TrendView {
  const points = readPoints(query.get('p') ?? '')
  const [fromMs, toMs] = [Number(query.get('from') ?? ''), Number(query.get('to') ?? '')]
  if (fromMs > 0 && toMs - fromMs >= SPAN_MIN_MS)
    return { points, range: { kind: 'fixed', fromMs, toMs } }
  const spanMs = Number(query.get('span') ?? USUAL_SPAN_MS)
  return {
    points,
    range: { kind: 'follow', spanMs: boundSpan(spanMs > 0 ? spanMs : USUAL_SPAN_MS) },
  }
}

export function formatView({ points, range }: TrendView): Readonly<Record<string, string>> {
  const p = formatPoints(points)
  switch (range.kind) {
    case 'follow':
      return { p, span: String(range.spanMs) }
    case 'fixed':
      return { p, from: String(Math.round(range.fromMs)), to: String(Math.round(range.toMs)) }
  }
}

/** Whatever characters a device puts into its names. */
export function formatPoints(points: readonly PointName[]): string {
  return points
    .map(({ device, quantity }) => [device, quantity].map(encodeURIComponent).join('/'))
    .join(',')
}

function readPoints(text: string): PointName[] {
  const points = text.split(',').flatMap((each) => {
    const [device, quantity] = each.split('/').map(decoded)
    return device === undefined || device === '' || quantity === undefined
      ? []
      : [{ device, quantity }]
  })
  return points.slice(0, POINTS_MAX)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Longer or shorter about a moment that stays where it is. */
export function zoomed({ fromMs, toMs }: Span, factor: number, aboutMs: number): Span {
  const spanMs = boundSpan((toMs - fromMs) * factor)
  const share = (aboutMs - fromMs) / (toMs - fromMs)
  return { fromMs: aboutMs - spanMs * share, toMs: aboutMs + spanMs * (1 - share) }
}

export function moved({ fromMs, toMs }: Span, share: number): Span {
  const byMs = (toMs - fromMs) * share
  return { fromMs: fromMs + byMs, toMs: toMs + byMs }
}

function boundSpan(spanMs: number): number {
  return Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, spanMs))
}

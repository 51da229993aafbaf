/** The readings of one point within a span, in order of time. Whoever decodes one owns it. */
export interface Column {
  readonly values: Float64Array
  /** Bits of `core/quality.ts`, one for each value. */
  readonly qualities: Uint16Array
  /** Which rows of the span's times have a value, ascending; undefined: all of them. */
  readonly rows: Uint16Array | undefined
}

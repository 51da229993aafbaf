/** What shows that an edge node did as it was told, for it sends no answers. `device` is empty for the node itself. */
export type Expectation = {
  readonly group: string
  readonly node: string
  readonly device: string
} & (
  | { readonly kind: 'birth' }
  /** The metric that was written, or anything measured since. */
  | { readonly kind: 'data'; readonly metric: string }
  | { readonly kind: 'value'; readonly metric: string; readonly value: number }
)

/** How a command reaches a device. */
export type Route =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'sparkplug'
      readonly topic: string
      /** With the time of sending in it. */
      readonly payload: (nowMs: number) => Uint8Array
      readonly expects: Expectation
    }

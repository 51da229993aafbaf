/** Quantity to value, in the order in which the device prints them. */
export type Values = Record<string, number>

/** What one device reads at an instant: the same instant, the same values. */
export type Sampler = (timeMs: number) => Values

/** Of a module: those that come with every row and tick, or those that begin it, where a whole state may have to be read. */
export type Call = 'usual' | 'rare'

/** Told before and after each call of a module, so that one that does not come back can be noticed by another thread. */
export interface CallWatch {
  begin(call: Call): void
  end(): void
}

export const unwatched: CallWatch = { begin() {}, end() {} }

import { useEffect, useState } from 'preact/hooks'

/** A value that several parts of a page look at, and are drawn again when it changes. */
export class Cell<T> {
  #value: T
  readonly #watchers = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const watcher of this.#watchers) watcher()
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [value, setValue] = useState(cell.value)
  useEffect(() => {
    const take = (): void => setValue(() => cell.value)
    take()
    return cell.watch(take)
  }, [cell])
  return value
}

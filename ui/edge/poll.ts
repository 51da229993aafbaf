import { useEffect, useState } from 'preact/hooks'
import { type Problem, type Reply, ask } from './request.ts'

/** What is known of an address: `value` stays when a later question fails, for old is better than nothing if it says so. */
export interface Known<T> {
  readonly value: T | undefined
  readonly problem: Problem | undefined
}

export interface Asked<T> extends Known<T> {
  /** Of the question that this is the answer to; the one before, until there is a new one. */
  readonly key: string
  readonly again: () => void
}

const NOTHING = { value: undefined, problem: undefined }

/** Asks at once and then every `everyMs` (0: once), but not while nobody looks at the page. */
export function usePoll<T>(path: string, everyMs: number): Known<T> {
  const known = useAsked<T>(path, everyMs, (signal) => ask<T>(path, signal))
  // What another address answered is no answer to this one.
  return known.key === path ? known : { value: undefined, problem: known.problem }
}

/** As `usePoll`, of whatever `question` asks; asked anew when `key` changes. */
export function useAsked<T>(
  key: string,
  everyMs: number,
  question: ((signal: AbortSignal) => Promise<Reply<T>>) | undefined,
): Asked<T> {
  const [known, setKnown] = useState<Known<T> & { readonly key: string }>({ ...NOTHING, key })
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (question === undefined) return undefined
    const aborter = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        const reply = await question(aborter.signal)
        if (aborter.signal.aborted) return
        setKnown((before) =>
          reply.kind === 'done'
            ? { value: reply.value, problem: undefined, key }
            : { value: before.value, problem: reply.problem, key: before.key },
        )
      }
      if (everyMs > 0) timer = setTimeout(() => void look(), everyMs)
    }
    void look()
    return () => {
      aborter.abort()
      clearTimeout(timer)
    }
  }, [key, everyMs, round])
  return { ...known, again: () => setRound((count) => count + 1) }
}

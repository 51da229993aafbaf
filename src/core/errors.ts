/**
 * Every failure that is thrown has a code from this table: the HTTP status it maps to and the exit code of the
 * command line. A refusal that the caller must decide about is returned as a value instead (STYLE.md, rule 8).
 */
const TABLE = {
  bug: { status: 500, exit: 1 },
  usage: { status: 400, exit: 2 },
  input: { status: 400, exit: 1 },
  'not-found': { status: 404, exit: 1 },
  conflict: { status: 409, exit: 1 },
  'address-in-use': { status: 503, exit: 1 },
  'in-use': { status: 503, exit: 1 },
  disk: { status: 503, exit: 1 },
  corrupt: { status: 500, exit: 1 },
  unreachable: { status: 503, exit: 1 },
  differs: { status: 500, exit: 1 },
} as const

export type ErrorCode = keyof typeof TABLE

export interface ErrorDetail {
  /** What to do next, in one sentence. */
  readonly hint?: string
  readonly cause?: unknown
}

/** `text` says what was attempted, on what, and why it failed; `hint` says what to do next. */
export class GridError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, text: string, detail: ErrorDetail = {}) {
    super(text, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'GridError'
    this.code = code
    this.hint = detail.hint
  }

  get status(): number {
    return TABLE[this.code].status
  }

  get exitCode(): number {
    return TABLE[this.code].exit
  }
}

/** The words of whatever was thrown; never a stack, which is for a developer's log only. */
export function errorText(thrown: unknown): string {
  // Of several addresses that were tried each has its own, and all of them together none.
  if (thrown instanceof AggregateError && thrown.message === '')
    return thrown.errors.map(errorText).join('; ')
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The code of a system or SQLite error (`EADDRINUSE`, `ERR_SQLITE_ERROR`), or an empty string. */
export function errorCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}

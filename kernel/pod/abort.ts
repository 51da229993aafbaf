import { endLine, put, putNumber } from './log.ts'

/** What the compiler calls for a failed assertion, an index out of range or `throw`. Nothing is allocated: memory may be what failed. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  put('failed: ')
  if (message != null) put(message)
  put(' at ')
  if (file != null) put(file)
  put(':')
  putNumber(line)
  put(':')
  putNumber(column)
  endLine()
  unreachable()
}

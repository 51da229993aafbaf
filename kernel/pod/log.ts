import { fd_write } from './wasi.ts'

const LINE_BYTES: usize = 1024
/** Static, so that something can be said when there is no memory left. */
const LINE: usize = memory.data(1025)
const VECTOR: usize = memory.data(8, 4)
const WRITTEN: usize = memory.data(4, 4)
const DIGITS: usize = memory.data(20)
const STANDARD_ERROR = 2
let length: usize = 0

/** A line on standard error: standard output belongs to whoever runs the pod. */
export function say(text: string): void {
  put(text)
  endLine()
}

/** Ends the process with a trap: the only ending that crun reports as a failure, an exit code it does not. */
export function fail(text: string): void {
  put('failed: ')
  say(text)
  unreachable()
}

/** What is not of ASCII becomes a question mark: it may be of anybody, and the line goes to a terminal. */
export function put(text: string): void {
  for (let index = 0; index < text.length; index++) putCode(text.charCodeAt(index))
}

export function putNumber(value: i64): void {
  let left: u64 = <u64>value
  if (value < 0) {
    putCode(0x2d)
    left = 0 - left
  }
  let digits: usize = 0
  do {
    store<u8>(DIGITS + digits++, <u8>(0x30 + (left % 10)))
    left /= 10
  } while (left != 0)
  while (digits > 0) putCode(load<u8>(DIGITS + --digits))
}

export function endLine(): void {
  store<u8>(LINE + length, 0x0a)
  writeError(LINE, length + 1)
  length = 0
}

/** `records` and the bytes in hexadecimal, on a line. */
export function sayRecords(at: usize, bytes: usize): void {
  put('records ')
  for (let index: usize = 0; index < bytes; index++) {
    if (length + 2 > LINE_BYTES) {
      writeError(LINE, length)
      length = 0
    }
    const byte = load<u8>(at + index)
    putCode(hexadecimal(byte >> 4))
    putCode(hexadecimal(byte & 15))
  }
  endLine()
}

function hexadecimal(digit: u8): i32 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit
}

function putCode(code: i32): void {
  if (length >= LINE_BYTES) return
  const isPrintable = code >= 0x20 && code < 0x7f
  store<u8>(LINE + length++, <u8>(isPrintable ? code : 0x3f))
}

function writeError(at: usize, bytes: usize): void {
  let done: usize = 0
  while (done < bytes) {
    store<u32>(VECTOR, <u32>(at + done))
    store<u32>(VECTOR + 4, <u32>(bytes - done))
    if (fd_write(STANDARD_ERROR, VECTOR, 1, WRITTEN) != 0 || load<u32>(WRITTEN) == 0) return
    done += load<u32>(WRITTEN)
  }
}

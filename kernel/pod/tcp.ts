import { elapsedMs } from './clock.ts'
import { addressOf } from './address.ts'
import {
  AGAIN,
  IN_PROGRESS,
  SUCCESS,
  fd_close,
  fd_fdstat_set_flags,
  poll_oneoff,
  sock_connect,
  sock_getsockopt,
  sock_open,
  sock_recv,
  sock_send,
} from './wasi.ts'

const NONE = -1
/** The one connection of the pod, non-blocking. */
let fd: i32 = NONE

export const READABLE = 1
export const WRITABLE = 2
/** What `receive` and `send` answer for a connection that is no more; 0: nothing now. */
export const ENDED = -1

const STREAM = 2
const NON_BLOCKING = 4
const SOCKET_LEVEL = 0
const SOCKET_ERROR = 2
const MONOTONIC = 1
const WANTED_BYTES: usize = 48
const EVENT_BYTES: usize = 32
/** After SIGSTOP and SIGCONT WasmEdge 0.14 reports every subscription with these errors; all is well, ask again. */
const INTERRUPTED = 27
const EXISTS = 20

const WORD: usize = memory.data(8, 8)
const COUNT: usize = memory.data(4, 4)
const FLAGS: usize = memory.data(4, 4)
const VECTOR: usize = memory.data(8, 4)
const WANTED: usize = memory.data(144, 8)
const EVENTS: usize = memory.data(96, 8)

/** False: nobody is there, or not in time. Not blocking either: a host that does not answer would hold the pod for minutes. */
export function connect(host: string, port: i32, withinMs: i64): bool {
  const address = addressOf(host)
  if (address == null) return false
  if (sock_open(address.family, STREAM, WORD) != SUCCESS) return false
  fd = load<i32>(WORD)
  if (fd_fdstat_set_flags(fd, NON_BLOCKING) == SUCCESS) {
    const code = sock_connect(fd, address.at, port)
    if (code == SUCCESS) return true
    if ((code == IN_PROGRESS || code == AGAIN) && isConnected(withinMs)) return true
  }
  close()
  return false
}

export function close(): void {
  if (fd != NONE) fd_close(fd)
  fd = NONE
}

export function receive(at: usize, room: usize): i32 {
  store<u32>(VECTOR, <u32>at)
  store<u32>(VECTOR + 4, <u32>room)
  const code = sock_recv(fd, VECTOR, 1, 0, COUNT, FLAGS)
  if (code == AGAIN || code == INTERRUPTED) return 0
  const received = load<i32>(COUNT)
  // Whoever gives more than there was room for has written over something, or lies.
  return code == SUCCESS && received > 0 && <usize>received <= room ? received : ENDED
}

export function send(at: usize, bytes: usize): i32 {
  store<u32>(VECTOR, <u32>at)
  store<u32>(VECTOR + 4, <u32>bytes)
  const code = sock_send(fd, VECTOR, 1, 0, COUNT)
  if (code == AGAIN || code == INTERRUPTED) return 0
  const sent = load<i32>(COUNT)
  return code == SUCCESS && sent >= 0 && <usize>sent <= bytes ? sent : ENDED
}

/** Waits until one of `what` (READABLE | WRITABLE) holds, and says which do; 0: the time is over. Without either it sleeps. */
export function wait(what: i32, withinMs: i64): i32 {
  let count = 0
  memory.fill(WANTED, 0, 144)
  const clock = wanted(count++)
  store<u32>(clock + 16, MONOTONIC)
  store<u64>(clock + 24, <u64>(withinMs > 0 ? withinMs : 0) * 1000000)
  if ((what & READABLE) != 0) descriptor(wanted(count++), READABLE)
  if ((what & WRITABLE) != 0) descriptor(wanted(count++), WRITABLE)
  if (poll_oneoff(WANTED, EVENTS, count, COUNT) != SUCCESS) return 0
  let found = 0
  const events = load<i32>(COUNT)
  for (let index = 0; index < events && index < count; index++) {
    const event = EVENTS + <usize>index * EVENT_BYTES
    const error = load<u16>(event + 8)
    if (error == INTERRUPTED || error == EXISTS) continue
    // Another error is for `receive` to find.
    found |= <i32>load<u64>(event) & what
  }
  return found
}

function isConnected(withinMs: i64): bool {
  const due = elapsedMs() + withinMs
  for (let left = withinMs; left > 0; left = due - elapsedMs()) {
    if (wait(WRITABLE, left) == 0) continue
    store<u32>(COUNT, 4)
    return (
      sock_getsockopt(fd, SOCKET_LEVEL, SOCKET_ERROR, WORD, COUNT) == SUCCESS &&
      load<u32>(WORD) == 0
    )
  }
  return false
}

function wanted(index: i32): usize {
  return WANTED + <usize>index * WANTED_BYTES
}

/** 1 is a wish to read and 2 to write, as the user's data and as the tag. */
function descriptor(at: usize, what: i32): void {
  store<u64>(at, <u64>what)
  store<u8>(at + 8, <u8>what)
  store<u32>(at + 16, <u32>fd)
}

import { SUCCESS, sock_getaddrinfo } from './wasi.ts'

/** Where a host is: `{ buffer, bytes }` as `sock_connect` wants it. */
export class Address {
  constructor(
    public readonly family: i32,
    public readonly at: usize,
  ) {}
}

const INET4 = 1
const STREAM = 2
const TCP = 1
const INFO_BYTES: usize = 28
const BUFFER: usize = memory.data(16, 4)
const ADDRESS: usize = memory.data(8, 4)
/** Hints, then one answer, its socket address, the data of that and a canonical name. */
const HINTS: usize = memory.data(28, 4)
const ANSWER: usize = memory.data(28, 4)
const SOCKET_ADDRESS: usize = memory.data(12, 4)
const SOCKET_DATA: usize = memory.data(32, 4)
const SOCKET_DATA_BYTES = 26
const NAME: usize = memory.data(256)
const ANSWERS: usize = memory.data(4, 4)
const ANSWER_COUNT: usize = memory.data(4, 4)
const NO_SERVICE: usize = memory.data(1)

/** A dotted quad, or a name that the system resolves to IPv4. Looked up anew each time: a service moves. */
export function addressOf(host: string): Address | null {
  if (!readQuad(host) && !lookUp(host)) return null
  store<u32>(ADDRESS, <u32>BUFFER)
  store<u32>(ADDRESS + 4, 4)
  return new Address(INET4, ADDRESS)
}

function readQuad(host: string): bool {
  const parts = host.split('.')
  if (parts.length != 4) return false
  for (let index = 0; index < 4; index++) {
    const part = parts[index]
    if (part.length == 0 || part.length > 3) return false
    let value = 0
    for (let at = 0; at < part.length; at++) {
      const digit = part.charCodeAt(at) - 0x30
      if (digit < 0 || digit > 9) return false
      value = value * 10 + digit
    }
    if (value > 255) return false
    store<u8>(BUFFER + <usize>index, <u8>value)
  }
  return true
}

function lookUp(host: string): bool {
  memory.fill(HINTS, 0, INFO_BYTES)
  memory.fill(ANSWER, 0, INFO_BYTES)
  store<u8>(HINTS + 2, INET4)
  store<u8>(HINTS + 3, STREAM)
  store<u32>(HINTS + 4, TCP)
  store<u32>(ANSWER + 12, <u32>SOCKET_ADDRESS)
  store<u32>(ANSWER + 16, <u32>NAME)
  store<u8>(SOCKET_ADDRESS, INET4)
  store<u32>(SOCKET_ADDRESS + 4, SOCKET_DATA_BYTES)
  store<u32>(SOCKET_ADDRESS + 8, <u32>SOCKET_DATA)
  store<u32>(ANSWERS, <u32>ANSWER)
  store<u32>(ANSWER_COUNT, 0)
  const name = String.UTF8.encode(host, true)
  const code = sock_getaddrinfo(
    changetype<usize>(name),
    name.byteLength,
    NO_SERVICE,
    1,
    HINTS,
    ANSWERS,
    1,
    ANSWER_COUNT,
  )
  if (code != SUCCESS || load<u32>(ANSWER_COUNT) == 0) return false
  // As in sockaddr_in behind the family: two bytes of the port, four of the address.
  store<u32>(BUFFER, load<u32>(SOCKET_DATA + 2))
  return load<u32>(BUFFER) != 0
}

import { fail } from './log.ts'
import { environ_get, environ_sizes_get } from './wasi.ts'

const variables: Map<string, string> = new Map<string, string>()
const SIZES: usize = memory.data(8, 4)
const PORT_MAX = 65535

/** Reads the variables of the environment; called once, first. */
export function readEnvironment(): void {
  if (environ_sizes_get(SIZES, SIZES + 4) != 0) fail('the environment cannot be read')
  const count = load<u32>(SIZES)
  const pointers = heap.alloc(<usize>count * 4 + 4)
  const text = heap.alloc(<usize>load<u32>(SIZES + 4) + 1)
  if (environ_get(pointers, text) != 0) fail('the environment cannot be read')
  for (let index: u32 = 0; index < count; index++) {
    const entry = textAt(load<u32>(pointers + <usize>index * 4))
    const equals = entry.indexOf('=')
    if (equals > 0) variables.set(entry.substring(0, equals), entry.substring(equals + 1))
  }
  heap.free(pointers)
  heap.free(text)
}

function textAt(start: usize): string {
  let end = start
  while (load<u8>(end) != 0) end++
  return String.UTF8.decodeUnsafe(start, end - start)
}

export function variable(name: string, otherwise: string): string {
  return variables.has(name) ? variables.get(name) : otherwise
}

/** A whole number from 0 to 65535. */
export function numberVariable(name: string, otherwise: i32): i32 {
  const text = variable(name, '')
  if (text.length == 0) return otherwise
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9 || index > 4) fail(name + ' is not a whole number up to 65535')
    value = value * 10 + digit
  }
  if (value > PORT_MAX) fail(name + ' is not a whole number up to 65535')
  return value
}

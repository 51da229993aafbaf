import { isObject, type Json } from '../json.ts'

/** The way to a value: keys of objects, numbers of list entries. */
export type Pointer = readonly string[]

/** A JSON pointer (RFC 6901), `/ENERGY/Power/0`, or the same as a path, `ENERGY.Power.0`. */
export function parsePointer(text: string): Pointer {
  if (!text.startsWith('/')) return text.split('.')
  const steps = text.slice(1).split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Undefined: nothing is there. */
export function valueAt(document: Json, pointer: Pointer): Json | undefined {
  let at: Json | undefined = document
  for (const step of pointer) {
    if (Array.isArray(at)) at = /^\d+$/.test(step) ? at[Number(step)] : undefined
    else if (isObject(at)) at = Object.hasOwn(at, step) ? at[step] : undefined
    else return undefined
  }
  return at
}

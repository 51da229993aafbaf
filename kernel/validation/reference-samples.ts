import { quality as bit } from '../../src/core/quality.ts'

export interface Sample {
  readonly quantity: string
  /** Microseconds since 1970. */
  readonly time: number
  readonly value: number
  readonly quality: number
}

export interface Judged extends Sample {
  /** Later than all readings of its quantity before it. */
  readonly isInOrder: boolean
  /** Before the device's quantities are compared with each other. */
  own: number
  final: number
}

export interface ReferenceDevice {
  readonly voltageV: number
  readonly currentA: number
}

export function isInvalid(quality: number): boolean {
  return (quality & 3) === bit.invalid
}

export function doubted(quality: number, detail: number): number {
  return isInvalid(quality) ? quality | detail : quality | bit.questionable | detail
}

export function spoilt(quality: number, detail: number): number {
  return (quality & ~3) | bit.invalid | detail
}

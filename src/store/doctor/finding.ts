import type { Micros } from '../../core/time.ts'

/** Something that is wrong, for a person. */
export interface Finding {
  readonly file: string
  readonly text: string
  /** Name of the device; absent: several, or nobody can say. */
  readonly device?: string
  readonly from?: Micros
  readonly to?: Micros
  /** What to do about it, in a sentence. */
  readonly advice: string
}

/** How far an examination is. */
export interface Progress {
  readonly what: string
  /** Of `total`, in bytes. */
  readonly done: number
  readonly total: number
}

export const REPAIR =
  'Stop the edge, then run busbar doctor --repair: it moves what can be read into a new file.'
export const BACKUP =
  'These readings are gone unless a backup, or the device, has them. Check the disk (smartctl -a).'

import { Json, parseJson } from './json.ts'

/** Something of the site file that results are about: the site, a voltage level, a transformer, a feeder, a device. */
export class Subject {
  /** In UTF-8, half of what a string takes: there are 20,000 devices. */
  private readonly entryText: ArrayBuffer

  constructor(
    public readonly number: u32,
    /** `site`, `voltageLevel`, `transformer`, `feeder` or `device`. */
    public readonly kind: string,
    public readonly id: string,
    entryText: string,
  ) {
    this.entryText = String.UTF8.encode(entryText)
  }

  /** Its entry of the site file; absent for a device that the file does not have. Read anew with each call. */
  get entry(): Json {
    return parseJson(String.UTF8.decode(this.entryText))
  }
}

/** A quantity of a device. */
export class Point {
  constructor(
    public readonly number: u32,
    public readonly subject: Subject,
    public readonly quantity: string,
    public readonly unit: string,
  ) {}
}

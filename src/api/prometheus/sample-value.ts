/**
 * The two halves of a double as Prometheus stores it. NaN stands for "there is no value any more", which is the NaN of these bits and
 * no other: a stale marker. A NaN cannot be trusted to keep its bits on its way through JavaScript, so they are set here.
 */
export class SampleValue {
  readonly #view = new DataView(new ArrayBuffer(8))
  high = 0
  low = 0

  set(value: number): void {
    if (Number.isNaN(value)) {
      this.high = STALE_HIGH
      this.low = STALE_LOW
      return
    }
    this.#view.setFloat64(0, value)
    this.high = this.#view.getUint32(0)
    this.low = this.#view.getUint32(4)
  }
}

const STALE_HIGH = 0x7ff00000
const STALE_LOW = 2

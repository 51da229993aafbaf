import { Book } from './book.ts'
import { Meter } from './meter.ts'
import { Register } from './register.ts'
import { Source } from './source.ts'

/** Where readings of one point go. */
export abstract class Port {
  constructor(public readonly book: Book) {}

  /** False where it came too late. */
  abstract take(time: i64, value: f64, isFlagged: bool): bool
}

export class RegisterPort extends Port {
  constructor(
    book: Book,
    private readonly register: Register,
  ) {
    super(book)
  }

  override take(time: i64, value: f64, isFlagged: bool): bool {
    return this.register.take(time, value, isFlagged)
  }
}

/** Power says nothing more where there is a register. */
export class PowerPort extends Port {
  constructor(
    book: Book,
    private readonly source: Source,
  ) {
    super(book)
  }

  override take(time: i64, value: f64, isFlagged: bool): bool {
    const integrator = this.source.integrator
    return integrator == null || integrator.take(time, value, isFlagged)
  }
}

export class VoltagePort extends Port {
  constructor(
    book: Book,
    private readonly meter: Meter,
  ) {
    super(book)
  }

  override take(time: i64, value: f64, _isFlagged: bool): bool {
    return this.meter.takeVoltage(time / this.book.intervalMicros, value)
  }
}

export class HeadCurrentPort extends Port {
  constructor(
    book: Book,
    private readonly phase: i32,
  ) {
    super(book)
  }

  override take(time: i64, value: f64, _isFlagged: bool): bool {
    const square = this.book.headSquare(time / this.book.intervalMicros, this.phase)
    if (square == null) return false
    square.add(value * value)
    return true
  }
}

export class HeadVoltagePort extends Port {
  constructor(
    book: Book,
    private readonly phase: i32,
  ) {
    super(book)
  }

  override take(time: i64, value: f64, _isFlagged: bool): bool {
    const voltage = this.book.headVoltage(time / this.book.intervalMicros, this.phase)
    if (voltage == null) return false
    voltage.add(value)
    return true
  }
}

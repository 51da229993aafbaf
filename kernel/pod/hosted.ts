import { BATCH_BYTES, POINTS_AT, QUALITIES_AT, TIMES_AT, VALUES_AT } from '../sdk/layout.ts'
import { lastStarted, start } from '../sdk/abi.ts'
import { Batch, Json, Point, Processor, Subject } from '../sdk/index.ts'

/** A processor in the pod: what its manifest says that it reads, and the rows of it. */
class Hosted {
  readonly patterns: string[]
  private readonly rowsAt: usize = heap.alloc(BATCH_BYTES)
  readonly batch: Batch = new Batch(this.rowsAt, 0)
  /** Numbers of points that it reads. */
  readonly points: Array<bool> = []

  constructor(
    public readonly name: string,
    public readonly processor: Processor,
    reads: string,
  ) {
    this.patterns = reads.split(' ')
  }

  reads(quantity: string): bool {
    for (let index = 0; index < this.patterns.length; index++) {
      const pattern = this.patterns[index]
      const isOpen = pattern.endsWith('*')
      if (isOpen ? quantity.startsWith(pattern.slice(0, -1)) : pattern == quantity) return true
    }
    return false
  }

  note(point: Point): void {
    const isRead = this.reads(point.quantity)
    while (<u32>this.points.length <= point.number) this.points.push(false)
    this.points[point.number] = isRead
    if (isRead) this.processor.point(point)
  }

  /** Only what it reads, as an edge would give it. */
  process(batch: Batch): void {
    const at = this.rowsAt
    let row: usize = 0
    for (let index = 0; index < batch.rows; index++) {
      const point = batch.point(index)
      if (!unchecked(this.points[point])) continue
      store<u32>(at + POINTS_AT + (row << 2), point)
      store<i64>(at + TIMES_AT + (row << 3), batch.time(index))
      store<f64>(at + VALUES_AT + (row << 3), batch.value(index))
      store<u16>(at + QUALITIES_AT + (row << 1), batch.quality(index))
      row++
    }
    if (row == 0) return
    this.batch.rows = <i32>row
    this.processor.process(this.batch)
  }
}

const hosted: Array<Hosted> = []

/** Takes in the processor whose module was imported right before; `name` and `reads` are those of its manifest. */
export function host(name: string, reads: string): void {
  const processor = lastStarted()
  assert(hosted.length == 0 || hosted[hosted.length - 1].processor != processor)
  hosted.push(new Hosted(name, processor, reads))
}

/** From now on the ABI speaks to all of them. */
export function startTogether(): void {
  start(new Together())
}

/** Whether any of them reads the quantity. */
export function isRead(quantity: string): bool {
  for (let index = 0; index < hosted.length; index++) {
    if (hosted[index].reads(quantity)) return true
  }
  return false
}

/** All of them as one, for the ABI. Settings are found under the name of each. */
class Together extends Processor {
  override configure(settings: Json, site: Json): void {
    for (let index = 0; index < hosted.length; index++) {
      hosted[index].processor.configure(settings.get(hosted[index].name), site)
    }
  }

  override subject(subject: Subject): void {
    for (let index = 0; index < hosted.length; index++) hosted[index].processor.subject(subject)
  }

  override point(point: Point): void {
    for (let index = 0; index < hosted.length; index++) hosted[index].note(point)
  }

  override process(batch: Batch): void {
    if (hosted.length == 1) {
      hosted[0].processor.process(batch)
      return
    }
    for (let index = 0; index < hosted.length; index++) hosted[index].process(batch)
  }

  override tick(now: i64): void {
    for (let index = 0; index < hosted.length; index++) hosted[index].processor.tick(now)
  }
}

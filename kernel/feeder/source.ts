import { StateReader, StateWriter } from '../sdk/index.ts'
import { Book } from './book.ts'
import { Integrator, Register } from './register.ts'

const HAS_IMPORT: i32 = 1
const HAS_EXPORT: i32 = 2
const HAS_POWER: i32 = 4

/** The energy of one device: of its registers, or where it has none, of its power. Made as points show what there is. */
export class Source {
  imported: Register | null = null
  exported: Register | null = null
  integrator: Integrator | null = null

  constructor(
    private readonly book: Book,
    private readonly member: i32,
  ) {}

  /** Registers that have to be heard of before an interval is complete. */
  get parts(): i32 {
    return this.exported == null ? 1 : 2
  }

  openImport(): Register {
    const own = new Register(this.book, this.member, 1, false)
    this.imported = own
    // Power says nothing more.
    this.integrator = null
    return own
  }

  openExport(): Register {
    const own = new Register(this.book, this.member, -1, false)
    this.exported = own
    return own
  }

  openPower(): void {
    if (this.imported != null) return
    this.integrator = new Integrator(new Register(this.book, this.member, 1, true))
  }

  save(state: StateWriter): void {
    const imported = this.imported
    const exported = this.exported
    const integrator = this.integrator
    let has = 0
    if (imported != null) has |= HAS_IMPORT
    if (exported != null) has |= HAS_EXPORT
    if (integrator != null) has |= HAS_POWER
    state.u8(<u8>has)
    if (imported != null) imported.save(state)
    if (exported != null) exported.save(state)
    if (integrator != null) integrator.save(state)
  }

  /** The points are those of the snapshot; where it is only read over, there are none. */
  load(state: StateReader): void {
    const has = <i32>state.u8()
    if ((has & HAS_IMPORT) != 0) {
      const imported = this.imported
      if (imported != null) imported.load(state)
      else this.openImport().load(state)
    }
    if ((has & HAS_EXPORT) != 0) {
      const exported = this.exported
      if (exported != null) exported.load(state)
      else this.openExport().load(state)
    }
    if ((has & HAS_POWER) == 0) return
    if (this.integrator == null) this.openPower()
    this.integrator!.load(state)
  }
}

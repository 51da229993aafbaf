import { StateReader, StateWriter } from '../sdk/index.ts'
import { Disturbance } from './disturbance.ts'
import { DISTURBANCE_US } from './limits.ts'
import { DIP, INTERRUPTION, SWELL } from './names.ts'
import { Nameplate, Plan } from './plan.ts'

/** The events of a device, there only while one of them goes on: of thousands of devices few have any. */
export class Trouble {
  readonly dip: Disturbance
  readonly swell: Disturbance
  readonly interruption: Disturbance
  /** Within the dip that goes on. */
  hadInterruption: bool = false

  constructor(plate: Nameplate, plan: Plan) {
    const settings = plan.settings
    const device = plate.device
    this.dip = new Disturbance(DIP, device, settings.dipPercent, 1)
    this.swell = new Disturbance(SWELL, device, settings.swellPercent, 2)
    this.interruption = new Disturbance(INTERRUPTION, device, settings.interruptionPercent, 3)
  }

  get isOver(): bool {
    return !this.dip.isOpen && !this.swell.isOpen && !this.interruption.isOpen
  }

  /** How many of them have grown and were told again. */
  update(): i32 {
    let told = 0
    if (this.dip.update()) told++
    if (this.swell.update()) told++
    if (this.interruption.update()) told++
    return told
  }

  /** Something that flags goes on between the two, as far as is known. */
  touches(end: i64): bool {
    if (this.interruption.isOpen && this.interruption.start < end) return true
    return isYoung(this.dip, end) || isYoung(this.swell, end)
  }

  save(state: StateWriter): void {
    this.dip.save(state)
    this.swell.save(state)
    this.interruption.save(state)
    state.u8(this.hadInterruption ? 1 : 0)
  }

  load(state: StateReader): void {
    this.dip.load(state)
    this.swell.load(state)
    this.interruption.load(state)
    this.hadInterruption = state.u8() != 0
  }
}

function isYoung(disturbance: Disturbance, time: i64): bool {
  if (!disturbance.isOpen) return false
  const age = time - disturbance.start
  return age > 0 && age <= DISTURBANCE_US
}

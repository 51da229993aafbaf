import { Meter } from './meter.ts'
import { PhaseMean, Slot } from './slot.ts'

/** What an interval says of each meter. */
export class Learning {
  private readonly groups: StaticArray<PhaseMean> = new StaticArray<PhaseMean>(3)
  private readonly voltagesV: StaticArray<f64> = new StaticArray<f64>(4)

  constructor() {
    for (let phase = 0; phase < 3; phase++) this.groups[phase] = new PhaseMean()
  }

  /** Of a complete interval: energies and voltages beside what was lost. */
  loss(meters: Array<Meter>, slot: Slot, lossWh: f64): void {
    for (let phase = 0; phase < 3; phase++) this.groups[phase].clear()
    for (let index = 0; index < meters.length; index++) {
      const voltageV = unchecked(slot.voltagesV[index])
      if (!isNaN(voltageV)) this.groups[meters[index].voltagePhase].add(voltageV)
    }
    for (let index = 0; index < meters.length; index++) {
      const meter = meters[index]
      const voltageV = unchecked(slot.voltagesV[index])
      meter.learn(unchecked(slot.energiesWh[index]), lossWh)
      if (isNaN(voltageV)) continue
      const group = this.groups[meter.voltagePhase]
      if (group.isShared) meter.learnResidual(voltageV - group.mean)
    }
  }

  /** Of any interval with the voltages of the head. */
  phases(meters: Array<Meter>, slot: Slot): void {
    if (!slot.hasHeadVoltages) return
    for (let phase = 0; phase < 3; phase++)
      this.voltagesV[phase + 1] = slot.headVoltages[phase].mean
    for (let index = 0; index < meters.length; index++) {
      const voltageV = unchecked(slot.voltagesV[index])
      if (isNaN(voltageV) || meters[index].isPolyphase) continue
      this.voltagesV[0] = voltageV
      meters[index].guess!.moments.add(this.voltagesV)
    }
  }
}

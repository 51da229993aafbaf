import { ACTIVE, APPARENT, FACTOR, FACTOR_PHASE, REACTIVE } from './slots.ts'

/** What a range is a multiple of, as `Range` of src/core/quantities.ts. */
export const ABSOLUTE: u8 = 0
export const PHASE_VOLTAGE: u8 = 1
export const LINE_VOLTAGE: u8 = 2
export const CURRENT: u8 = 3
export const POWER: u8 = 4
export const FREQUENCY: u8 = 5

/**
 * What is known of a quantity by its name. The ranges are those of src/core/quantities.ts, which a test compares through the module, name by
 * name; beyond that table, the phases of power factor and registers, and registers of tariffs, are taken for what their names say.
 */
export class QuantityModel {
  /** Which of a device's quantities it is for the checks between them (`slots.ts`); -1: none of them asks for it. */
  slot: i32 = -1
  /** The smallest deviation that can count as a spike, before `sigmas`: in its unit, or as a share of the nominal or middle value. */
  noise: f64 = 0
  noiseShare: f64 = 0.02

  constructor(
    public readonly unit: string,
    public readonly scale: u8,
    public readonly min: f64,
    public readonly max: f64,
  ) {}

  get isRegister(): bool {
    return this.unit == 'W.h' || this.unit == 'var.h'
  }

  /** Of a reading that may stand for an interval: demand of energy. */
  get isLoad(): bool {
    return this.scale == POWER
  }

  get isPhase(): bool {
    return (
      this.slot >= 0 && !(this.slot == ACTIVE || this.slot == REACTIVE || this.slot == APPARENT)
    )
  }

  get isFactor(): bool {
    return this.slot == FACTOR || this.slot >= FACTOR_PHASE
  }

  inSlot(slot: i32): QuantityModel {
    this.slot = slot
    return this
  }

  withNoise(noise: f64, share: f64): QuantityModel {
    this.noise = noise
    this.noiseShare = share
    return this
  }
}

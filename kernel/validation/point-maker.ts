import { Json, Network, Point, Subject, nameOrNone } from '../sdk/index.ts'
import { DeviceState } from './device-state.ts'
import { EstimateQueue } from './estimate-queue.ts'
import { Estimator } from './estimator.ts'
import { Hampel } from './hampel.ts'
import { ESTIMATED_POINTS, ESTIMATE_INTERVAL_MIN_US, HAMPEL_POINTS, POINTS } from './limits.ts'
import { Peaks } from './peaks.ts'
import { PointState } from './point-state.ts'
import {
  CURRENT,
  FREQUENCY,
  LINE_VOLTAGE,
  PHASE_VOLTAGE,
  POWER,
  QuantityModel,
} from './quantity-model.ts'
import { modelOf } from './quantity-table.ts'
import { EXPORT_SIDE, IMPORT_SIDE, NO_SIDE, RegisterChecks } from './register-checks.ts'
import { Register } from './register.ts'
import { SPIKE, STUCK } from './rules.ts'
import { settings } from './settings.ts'

/** What meters round a factor of 1 to. */
const FACTOR_ROUNDING: f64 = 0.001

/** Makes what is kept of devices and points, each with the rules that fit it. */
export class PointMaker {
  private points: i32 = 0
  private windows: i32 = 0
  private estimated: i32 = 0

  constructor(
    private readonly network: Network,
    private readonly queue: EstimateQueue,
  ) {}

  makeDevice(subject: Subject): DeviceState {
    const entry = subject.entry
    const nominal = entry.get('nominal')
    const own = nominal.get('voltageV').number(0)
    const nominalV = own > 0 ? own : this.levelVoltageV(entry)
    const device = new DeviceState(subject.number, nominalV, nominal.get('currentA').number(0))
    device.phases = entry.get('phase').isPresent ? 1 : 3
    device.intervalUs = <i64>entry.get('intervalMs').number(0) * 1000
    return device
  }

  /**
   * Phase to neutral, where it cannot be another: a meter or a concentrator hangs on a feeder of 10 kV and measures 230 V, and a
   * monitor of a transformer either of its sides.
   */
  private levelVoltageV(entry: Json): f64 {
    const kind = entry.get('kind').text('')
    const isAtLevel = entry.get('voltageLevel').isPresent || entry.get('feeder').isPresent
    const isOfStation = kind == 'rtu' || kind == 'pq-meter' || kind == 'pmu'
    return isAtLevel && isOfStation ? this.network.nominalVoltageV(entry) : 0
  }

  /** False: the memory of a module holds no more. */
  get hasRoom(): bool {
    return this.points < POINTS
  }

  makePoint(point: Point, device: DeviceState): PointState {
    this.points++
    const quantity = nameOrNone(point.quantity)
    const own = settings.intervalUs(point.quantity)
    const periodUs = own > 0 ? own : device.intervalUs
    const made = new PointState(device, point.number, quantity, periodUs)
    made.output = nameOrNone('validated.' + point.quantity)
    const model = modelOf(point.quantity)
    made.isKnown = model !== null && (point.unit == '' || point.unit == model.unit)
    if (model === null || !made.isKnown) return made
    this.setRange(made, model, device)
    if (model.slot >= 0) {
      made.slot = model.slot
      device.points[model.slot] = made
    }
    this.setRules(made, model, point.quantity)
    if (model.isRegister) made.register = registerOf(point.quantity, made, device)
    const isBilled = periodUs >= ESTIMATE_INTERVAL_MIN_US && this.estimated < ESTIMATED_POINTS
    if (isBilled && settings.isEstimated(point.quantity)) {
      this.estimated++
      made.estimator = new Estimator(made, periodUs, model.isRegister, this.queue)
    }
    return made
  }

  private setRange(made: PointState, model: QuantityModel, device: DeviceState): void {
    const nominal = nominalOf(model, device)
    if (nominal > 0 || model.min == 0) made.low = model.min * nominal
    if (nominal > 0) made.high = model.max * nominal
    if (model.isFactor) {
      made.low -= FACTOR_ROUNDING
      made.high += FACTOR_ROUNDING
    }
  }

  private setRules(made: PointState, model: QuantityModel, quantity: string): void {
    // Whether its readings stand for intervals shows when they come.
    made.isLoad = model.isLoad && settings.isOn(SPIKE)
    made.mayBeStuck = settings.isOn(STUCK) && settings.mayBeStuck(quantity)
    if (!settings.isOn(SPIKE)) return
    if (model.isRegister) made.peaks = new Peaks(settings.spikeShare)
    if (settings.isAnalog(quantity) && this.windows < HAMPEL_POINTS) {
      this.windows++
      made.hampel = new Hampel(model.noise, model.noiseShare)
    }
  }
}

/** What the range is a multiple of; 0: nobody says. */
function nominalOf(model: QuantityModel, device: DeviceState): f64 {
  if (model.scale == PHASE_VOLTAGE) return device.nominalV
  if (model.scale == LINE_VOLTAGE) return device.nominalV * Math.sqrt(3)
  if (model.scale == CURRENT) return device.nominalA
  if (model.scale == FREQUENCY) return settings.frequencyHz
  if (model.scale != POWER) return 1
  return model.isPhase ? device.nominalV * device.nominalA : device.nominalVa
}

/** As much can flow as the range of power allows: twenty times what is nominal. */
const OVERLOAD: f64 = 20

function registerOf(quantity: string, made: PointState, device: DeviceState): RegisterChecks {
  const maxPower = device.nominalVa > 0 ? OVERLOAD * device.nominalVa : Infinity
  let side = NO_SIDE
  if (quantity == 'energy.active.import') side = IMPORT_SIDE
  else if (quantity == 'energy.active.export') side = EXPORT_SIDE
  return new RegisterChecks(made, device, new Register(maxPower), side)
}

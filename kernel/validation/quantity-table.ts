import {
  ABSOLUTE,
  CURRENT,
  FREQUENCY,
  LINE_VOLTAGE,
  PHASE_VOLTAGE,
  POWER,
  QuantityModel,
} from './quantity-model.ts'
import {
  ACTIVE,
  ACTIVE_PHASE,
  AMPERE,
  APPARENT,
  APPARENT_PHASE,
  FACTOR,
  FACTOR_PHASE,
  HERTZ,
  LINE,
  REACTIVE,
  REACTIVE_PHASE,
  THD_CURRENT,
  THD_VOLTAGE,
  VOLTAGE,
} from './slots.ts'

const models = new Map<string, QuantityModel | null>()

/** Null: unmodelled. */
export function modelOf(quantity: string): QuantityModel | null {
  if (models.has(quantity)) return models.get(quantity)
  const model = makeModel(quantity)
  // A stranger may send any number of names: those without a model are not remembered.
  if (model !== null) models.set(quantity, model)
  return model
}

function makeModel(quantity: string): QuantityModel | null {
  const phase = phaseOf(quantity)
  if (phase >= 0) {
    const ofPhase = makePhase(quantity.slice(0, quantity.length - 2), phase)
    if (ofPhase !== null) return ofPhase
  }
  const electrical = makeElectrical(quantity)
  if (electrical !== null) return electrical
  if (quantity.startsWith('harmonic.')) return makeHarmonic(quantity)
  return makeOther(quantity)
}

/** 0 to 2 for a name that ends in .a, .b or .c; -1. */
function phaseOf(quantity: string): i32 {
  const dot = quantity.length - 2
  if (dot < 1 || quantity.charCodeAt(dot) != 0x2e) return -1
  const phase = quantity.charCodeAt(dot + 1) - 0x61
  return phase >= 0 && phase <= 2 ? phase : -1
}

function makePhase(base: string, phase: i32): QuantityModel | null {
  if (base == 'voltage')
    return new QuantityModel('V', PHASE_VOLTAGE, 0, 1.5).withNoise(0, 0.01).inSlot(VOLTAGE + phase)
  if (base == 'current') return new QuantityModel('A', CURRENT, 0, 20).inSlot(AMPERE + phase)
  if (base == 'power.active')
    return new QuantityModel('W', POWER, -20, 20).inSlot(ACTIVE_PHASE + phase)
  if (base == 'power.reactive')
    return new QuantityModel('var', POWER, -20, 20).inSlot(REACTIVE_PHASE + phase)
  if (base == 'power.apparent')
    return new QuantityModel('VA', POWER, 0, 20).inSlot(APPARENT_PHASE + phase)
  if (base == 'power.factor')
    return new QuantityModel('1', ABSOLUTE, -1, 1).inSlot(FACTOR_PHASE + phase)
  if (base == 'thd.voltage')
    return new QuantityModel('%', ABSOLUTE, 0, 100).inSlot(THD_VOLTAGE + phase)
  if (base == 'thd.current')
    return new QuantityModel('%', ABSOLUTE, 0, 500).inSlot(THD_CURRENT + phase)
  return null
}

function makeElectrical(quantity: string): QuantityModel | null {
  if (quantity == 'voltage.ab') return makeLine(0)
  if (quantity == 'voltage.bc') return makeLine(1)
  if (quantity == 'voltage.ca') return makeLine(2)
  if (quantity == 'current.n') return new QuantityModel('A', CURRENT, 0, 20)
  if (quantity == 'power.active') return new QuantityModel('W', POWER, -20, 20).inSlot(ACTIVE)
  if (quantity == 'power.reactive') return new QuantityModel('var', POWER, -20, 20).inSlot(REACTIVE)
  if (quantity == 'power.apparent') return new QuantityModel('VA', POWER, 0, 20).inSlot(APPARENT)
  if (quantity == 'demand.active') return new QuantityModel('W', POWER, -20, 20)
  if (quantity == 'power.factor') return new QuantityModel('1', ABSOLUTE, -1, 1).inSlot(FACTOR)
  if (quantity == 'frequency')
    return new QuantityModel('Hz', FREQUENCY, 0.9, 1.1).withNoise(0.05, 0).inSlot(HERTZ)
  if (quantity == 'rocof') return new QuantityModel('Hz/s', ABSOLUTE, -50, 50)
  if (quantity.startsWith('energy.active.')) return makeRegister('W.h', quantity.slice(14))
  if (quantity.startsWith('energy.reactive.')) return makeRegister('var.h', quantity.slice(16))
  return null
}

function makeLine(pair: i32): QuantityModel {
  return new QuantityModel('V', LINE_VOLTAGE, 0, 1.5).withNoise(0, 0.01).inSlot(LINE + pair)
}

/** The greatest whole number that a double counts to by ones. */
const REGISTER_MAX: f64 = 9_007_199_254_740_991

function makeRegister(unit: string, direction: string): QuantityModel | null {
  const isKnown = direction.startsWith('import') || direction.startsWith('export')
  return isKnown ? new QuantityModel(unit, ABSOLUTE, 0, REGISTER_MAX) : null
}

function makeOther(quantity: string): QuantityModel | null {
  if (quantity == 'unbalance.voltage') return new QuantityModel('%', ABSOLUTE, 0, 100)
  if (quantity == 'flicker.pst' || quantity == 'flicker.plt')
    return new QuantityModel('1', ABSOLUTE, 0, 100)
  if (quantity == 'temperature.oil' || quantity == 'temperature.winding')
    return new QuantityModel('Cel', ABSOLUTE, -60, 250).withNoise(1, 0)
  if (quantity == 'temperature.ambient')
    return new QuantityModel('Cel', ABSOLUTE, -60, 80).withNoise(1, 0)
  if (quantity == 'level.oil') return new QuantityModel('%', ABSOLUTE, 0, 100).withNoise(1, 0)
  if (quantity == 'breaker.position' || quantity == 'outage.last-gasp')
    return new QuantityModel('1', ABSOLUTE, 0, 1)
  return null
}

/** `harmonic.voltage.a.5`: orders 2 to 50. */
function makeHarmonic(quantity: string): QuantityModel | null {
  const isVoltage = quantity.startsWith('harmonic.voltage.')
  if (!isVoltage && !quantity.startsWith('harmonic.current.')) return null
  const rest = quantity.slice(17)
  const phase = rest.charCodeAt(0)
  if (rest.length < 3 || phase < 0x61 || phase > 0x63 || rest.charCodeAt(1) != 0x2e) return null
  const order = orderOf(rest.slice(2))
  if (order < 2 || order > 50) return null
  return new QuantityModel('%', ABSOLUTE, 0, isVoltage ? 100 : 500)
}

/** One or two digits without a 0 in front; -1. */
function orderOf(text: string): i32 {
  if (text.length < 1 || text.length > 2) return -1
  let order = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9 || (at == 0 && digit == 0)) return -1
    order = order * 10 + digit
  }
  return order
}

import {
  BY_DEVICE,
  COMPLIANCE_HARMONIC,
  COMPLIANCE_THD,
  COMPLIANCE_UNBALANCE,
  COMPLIANCE_VOLTAGE,
  TEN_MINUTE_RMS,
} from './names.ts'
import { Nameplate, Plan } from './plan.ts'
import { Role, channelOf, orderOf, roleOf } from './role.ts'
import { Band, harmonicBand, thdBand, unbalanceBand, voltageBand } from './standards.ts'
import { Topic, Week } from './week.ts'

/** Ten-minute values of a week. */
const EXPECTED: u32 = 1008

/** By role, order and voltage class: thousands of meters are judged by the same few. */
const topics = new Map<u32, Topic>()
const bands = new Map<string, Band>()

/** The week of a parameter that is judged; what it is judged by depends on the device. */
export function makeWeek(key: u32, plate: Nameplate, plan: Plan): Week {
  if (!topics.has(key)) topics.set(key, makeTopic(key))
  const kind = `${roleOf(key)} ${orderOf(key)} ${plate.phaseV} ${plate.isSinglePhase}`
  if (!bands.has(kind)) bands.set(kind, makeBand(key, plate, plan))
  return new Week(plate.device, topics.get(key), bands.get(kind), plan.settings)
}

function makeTopic(key: u32): Topic {
  const role = roleOf(key)
  const channel = <u32>channelOf(key)
  if (role == Role.Voltage) return new Topic(COMPLIANCE_VOLTAGE, channel, TEN_MINUTE_RMS, EXPECTED)
  if (role == Role.Thd) return new Topic(COMPLIANCE_THD, channel, TEN_MINUTE_RMS, EXPECTED)
  const order = <u32>orderOf(key)
  if (role == Role.Harmonic)
    return new Topic(COMPLIANCE_HARMONIC, channel * 64 + order, TEN_MINUTE_RMS, EXPECTED)
  if (role == Role.Unbalance) return new Topic(COMPLIANCE_UNBALANCE, 0, BY_DEVICE, EXPECTED)
  return new Topic(COMPLIANCE_UNBALANCE, 1, TEN_MINUTE_RMS, EXPECTED)
}

function makeBand(key: u32, plate: Nameplate, plan: Plan): Band {
  const role = roleOf(key)
  const settings = plan.settings
  if (role == Role.Voltage) return voltageBand(settings, plate.phaseV, plate.isSinglePhase)
  if (role == Role.Thd) return thdBand(settings, plate.phaseV)
  if (role == Role.Harmonic) return harmonicBand(settings, plate.phaseV, orderOf(key))
  return unbalanceBand(settings)
}

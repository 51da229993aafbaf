import { BANDS } from './limits.ts'
import {
  BY_DEVICE,
  COMPLIANCE_FLICKER,
  COMPLIANCE_FREQUENCY,
  COMPLIANCE_HARMONIC,
  COMPLIANCE_THD,
  COMPLIANCE_UNBALANCE,
  COMPLIANCE_VOLTAGE,
  CUBIC_MEAN,
  TEN_MINUTE_RMS,
  TEN_SECOND_MEAN,
} from './names.ts'
import { Nameplate, Plan } from './plan.ts'
import { Role, channelOf, keyOf, orderOf, roleOf } from './role.ts'
import {
  Band,
  flickerBand,
  frequencyBand,
  harmonicBand,
  thdBand,
  unbalanceBand,
  voltageBand,
} from './standards.ts'
import { Topic, Week } from './week.ts'

/** Ten-minute values of a week. */
const EXPECTED: u32 = 1008
/** Of two hours. */
const EXPECTED_HOURS: u32 = 84
/** Of ten seconds. */
const EXPECTED_SECONDS: u32 = 60_480

/** By key: thousands of meters are judged by the same few. */
const topics = new Map<u32, Topic>()
const bands: Array<KnownBand> = []

class KnownBand {
  constructor(
    public readonly kind: u32,
    public readonly plate: Nameplate,
    public readonly band: Band,
  ) {}
}

/** The week of a parameter that is judged; what it is judged by depends on the device. */
export function makeWeek(key: u32, plate: Nameplate, plan: Plan): Week {
  if (!topics.has(key)) topics.set(key, makeTopic(key))
  return new Week(plate.device, topics.get(key), bandOf(key, plate, plan), plan.settings)
}

/** The same for all channels, and for all devices of a nominal voltage. Looked for without making garbage: every parameter comes by here. */
function bandOf(key: u32, plate: Nameplate, plan: Plan): Band {
  const kind = keyOf(roleOf(key), 0, orderOf(key))
  for (let index = 0; index < bands.length; index++) {
    const known = bands[index]
    const other = known.plate
    if (known.kind != kind || other.phaseV != plate.phaseV) continue
    if (other.isSinglePhase == plate.isSinglePhase) return known.band
  }
  const band = makeBand(key, plate, plan)
  // A site has a handful of nominal voltages; where every device has one of its own, each has its own band.
  if (bands.length < BANDS) bands.push(new KnownBand(kind, plate, band))
  return band
}

function makeTopic(key: u32): Topic {
  const role = roleOf(key)
  const channel = <u32>channelOf(key)
  if (role == Role.Voltage) return new Topic(COMPLIANCE_VOLTAGE, channel, TEN_MINUTE_RMS, EXPECTED)
  if (role == Role.Thd) return new Topic(COMPLIANCE_THD, channel, TEN_MINUTE_RMS, EXPECTED)
  const order = <u32>orderOf(key)
  if (role == Role.Harmonic)
    return new Topic(COMPLIANCE_HARMONIC, channel * 64 + order, TEN_MINUTE_RMS, EXPECTED)
  if (role == Role.Frequency)
    return new Topic(COMPLIANCE_FREQUENCY, 0, TEN_SECOND_MEAN, EXPECTED_SECONDS)
  if (role == Role.Pst) return new Topic(COMPLIANCE_FLICKER, 0, CUBIC_MEAN, EXPECTED_HOURS)
  if (role == Role.Plt) return new Topic(COMPLIANCE_FLICKER, 0, BY_DEVICE, EXPECTED_HOURS)
  if (role == Role.Unbalance) return new Topic(COMPLIANCE_UNBALANCE, 0, BY_DEVICE, EXPECTED)
  return new Topic(COMPLIANCE_UNBALANCE, 1, TEN_MINUTE_RMS, EXPECTED)
}

function makeBand(key: u32, plate: Nameplate, plan: Plan): Band {
  const role = roleOf(key)
  const settings = plan.settings
  if (role == Role.Voltage) return voltageBand(settings, plate.phaseV, plate.isSinglePhase)
  if (role == Role.Thd) return thdBand(settings, plate.phaseV)
  if (role == Role.Frequency) return frequencyBand(settings)
  if (role == Role.Pst || role == Role.Plt) return flickerBand(settings, plate.phaseV)
  if (role == Role.Harmonic) return harmonicBand(settings, plate.phaseV, orderOf(key))
  return unbalanceBand(settings)
}

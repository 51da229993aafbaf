import { Json } from './json.ts'
import { Subject } from './subject.ts'

/** Between two phases over phase to neutral in a symmetrical system. */
export const LINE_TO_PHASE: f64 = 1.7320508075688772

/** Low voltage ends here (IEC 60038). */
const LOW_VOLTAGE_V: f64 = 1000

/** The network of the site file, as far as it says which nominal voltage a device has. */
export class Network {
  private readonly entries: Map<string, Json> = new Map<string, Json>()

  add(subject: Subject): void {
    if (subject.kind != 'device' && subject.kind != 'site')
      this.entries.set(`${subject.kind} ${subject.id}`, subject.entry)
  }

  /** Phase to neutral: the device's own, or that of the voltage level it hangs on. 0: nobody says. */
  nominalVoltageV(device: Json): f64 {
    const own = device.get('nominal').get('voltageV').number(0)
    if (own > 0) return own
    const level = this.levelVoltageV(device)
    // A meter or a concentrator of a feeder of medium voltage stands behind a transformer that the file does not have.
    const kind = device.get('kind').text('')
    const isBehind = kind == 'meter' || kind == 'concentrator'
    return isBehind && level > LOW_VOLTAGE_V ? 0 : level / LINE_TO_PHASE
  }

  /** Between two phases, of the voltage level that the device hangs on, by its feeder or transformer if need be; 0: none. */
  levelVoltageV(device: Json): f64 {
    let level = device.get('voltageLevel').text('')
    if (level == '') level = this.find('feeder', device.get('feeder')).get('voltageLevel').text('')
    if (level == '') {
      // Where its devices measure currents they measure voltages.
      const transformer = this.find('transformer', device.get('transformer'))
      level = transformer.get(transformer.get('currentSide').text('from')).text('')
    }
    const key = `voltageLevel ${level}`
    return this.entries.has(key) ? this.entries.get(key).get('nominalV').number(0) : 0
  }

  private find(kind: string, id: Json): Json {
    const key = `${kind} ${id.text('')}`
    return this.entries.has(key) ? this.entries.get(key) : Json.absent
  }
}

import type { Grid, Place, Subject } from '../../alarms/ports.ts'
import type { Site } from '../site/site.ts'

type Network = Pick<Site, 'site' | 'voltageLevels' | 'transformers' | 'feeders' | 'devices'>

/**
 * The network of the site file, as alarms gather in it: device, feeder, transformer, its lower voltage level, its higher one. Each step is upwards by kind or by
 * nominal voltage, so nothing is above itself, however the transformers are connected.
 */
export function siteGrid({ site, voltageLevels, transformers, feeders, devices }: Network): Grid {
  const voltages = new Map(voltageLevels.map(({ id, nominalV }) => [id, nominalV]))
  const voltageOf = (level: string): number => voltages.get(level) ?? 0
  const transformerNamed = new Map(transformers.map((each) => [each.id, each]))
  const feederNamed = new Map(feeders.map((each) => [each.id, each]))
  const deviceNamed = new Map(devices.map((each) => [each.id, each]))

  const above = (level: string): string[] => {
    const higher = transformers
      .flatMap(({ from, to }) => (from === level ? [to] : to === level ? [from] : []))
      .filter((other) => voltageOf(other) > voltageOf(level))
    return [...new Set(higher)].toSorted((one, other) => voltageOf(one) - voltageOf(other))
  }
  const levels = (level: string): Place[] =>
    [level, ...above(level)].map((id) => ({ kind: 'voltageLevel', id }))
  const ofTransformer = (id: string): Place[] => {
    const known = transformerNamed.get(id)
    if (known === undefined) return []
    const { from, to } = known
    return levels(voltageOf(from) < voltageOf(to) ? from : to)
  }
  const withTransformer = (id: string): Place[] => [
    { kind: 'transformer', id },
    ...ofTransformer(id),
  ]
  const ofFeeder = (id: string, elsewhere: string | undefined): Place[] => {
    const { transformer = elsewhere, voltageLevel } = feederNamed.get(id) ?? {}
    const places: Place[] =
      transformer === undefined ? [] : [{ kind: 'transformer', id: transformer }]
    if (voltageLevel !== undefined) return [...places, ...levels(voltageLevel)]
    return transformer === undefined ? [] : withTransformer(transformer)
  }
  const ofDevice = ({ id, feeder, transformer }: Subject): Place[] => {
    const known = deviceNamed.get(id)
    const hangsAt = feeder ?? known?.feeder
    if (hangsAt !== undefined)
      return [{ kind: 'feeder', id: hangsAt }, ...ofFeeder(hangsAt, transformer)]
    const supply = transformer ?? known?.transformer
    if (supply !== undefined) return withTransformer(supply)
    return known?.voltageLevel === undefined ? [] : levels(known.voltageLevel)
  }
  return {
    site: { kind: 'site', id: site.id },
    above(subject) {
      switch (subject.kind) {
        case 'device':
          return ofDevice(subject)
        case 'feeder':
          return ofFeeder(subject.id, subject.transformer)
        case 'transformer':
          return ofTransformer(subject.id)
        case 'voltageLevel':
          return above(subject.id).map((id) => ({ kind: 'voltageLevel', id }))
        case 'site':
          return []
      }
    },
  }
}

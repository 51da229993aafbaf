import type { SiteInfo } from '../../api/ports.ts'
import type { Site } from './site.ts'

/**
 * What HTTP tells of the site file, field by field: a section that is added to the file later, such as one with passwords or
 * addresses, is not told of until somebody writes it here.
 */
export function siteOutline({
  site,
  voltageLevels,
  transformers,
  feeders,
  devices,
}: Site): SiteInfo {
  const heads = new Map(
    devices.toReversed().map(({ id, feeder, kind }) => [`${kind} ${feeder}`, id]),
  )
  return {
    site: { id: site.id, name: site.name, frequencyHz: site.frequencyHz, limits: site.limits },
    voltageLevels: voltageLevels.map(({ id, nominalV }) => ({ id, nominalV })),
    transformers: transformers.map(({ id, from, to, ratedVa, cooling, currentSide = 'from' }) => ({
      id,
      from,
      to,
      ratedVa,
      cooling,
      currentSide,
    })),
    feeders: feeders.map(({ id, voltageLevel, transformer, head }) => ({
      id,
      voltageLevel,
      transformer,
      head: head ?? heads.get(`rtu ${id}`),
    })),
    devices: devices.map(({ id, kind, feeder, transformer, voltageLevel, phase, nominal }) => ({
      id,
      kind,
      feeder,
      transformer,
      voltageLevel,
      phase,
      nominal,
    })),
  }
}

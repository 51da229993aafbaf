import type { AlarmRule, AlarmSettings } from '../../alarms/ports.ts'
import type { Site } from '../site/site.ts'

/** What `alarms` of the site file says, as the alarms want it. */
export function alarmSettings({
  severityFrom,
  flood,
  chatter,
  shelveHoursMax,
  rules,
}: Site['alarms']): AlarmSettings {
  return {
    severityFrom,
    flood: { members: flood.members, windowMs: flood.withinSeconds * 1000 },
    chatter: { rises: chatter.rises, windowMs: chatter.withinSeconds * 1000 },
    shelveMsMax: shelveHoursMax * 3_600_000,
    rules: rules.map(({ onDelaySeconds, offDelaySeconds, ...words }): AlarmRule => ({
      ...words,
      onDelayMs: onDelaySeconds === undefined ? undefined : onDelaySeconds * 1000,
      offDelayMs: offDelaySeconds === undefined ? undefined : offDelaySeconds * 1000,
    })),
  }
}

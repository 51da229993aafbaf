import type { Words } from './words.ts'

export const english: Words = {
  subject: ({ site, raised, over, worst }) => {
    const parts = [
      raised > 0 ? `${raised} ${raised === 1 ? 'alarm' : 'alarms'}, worst ${worst}` : '',
      over > 0 ? `${over} over` : '',
    ]
    return `[${site}] ${parts.filter((part) => part !== '').join('; ')}`
  },
  greeting: (site) => `Substation ${site} reports:`,
  test: (contact) =>
    `This is a test of the contact "${contact}". Nothing has happened; somebody wanted to know whether messages arrive.`,
  raised: 'ALARM',
  repeated: 'STILL THERE',
  over: 'OVER',
  cameAndWent: 'CAME AND WENT',
  since: 'since',
  until: 'until',
  where: 'where',
  members: (count, active) => `${active} of ${count} members concerned`,
  whatToDo: 'what to do',
  more: 'more',
  withheld: '(withheld by the policy)',
  footer: 'Acknowledge alarms in the console or with: busbar alarm acknowledge ID --who NAME',
  priorities: { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  places: {
    site: 'site',
    voltageLevel: 'voltage level',
    transformer: 'transformer',
    feeder: 'feeder',
    device: 'device',
  },
  events: {
    outage: {
      title: 'Outage',
      todo: 'Look at the breaker and the protection of the feeder, then send a crew to the section that is silent.',
    },
    'voltage.interruption': {
      title: 'Voltage interruption',
      todo: 'See which feeders are concerned; one meter alone is a fuse, many are a feeder.',
    },
    'voltage.dip': {
      title: 'Voltage dip',
      todo: 'Look for a fault or a large motor at that moment; where industry is supplied, ask what tripped.',
    },
    'voltage.swell': {
      title: 'Voltage swell',
      todo: 'Look for an earth fault or a load that was shed; see the tap changer and the capacitors.',
    },
    'frequency.low': {
      title: 'Frequency too low',
      todo: 'Compare with the system operator; if it is here only, the substation may be an island.',
    },
    'frequency.high': {
      title: 'Frequency too high',
      todo: 'Compare with the system operator; if it is here only, the substation may be an island.',
    },
    'frequency.rocof': {
      title: 'Frequency changes fast',
      todo: 'Look for a trip of generation or a split of the network at that moment.',
    },
    'frequency.unusable': {
      title: 'Frequency cannot be judged',
      todo: 'See whether the devices that measure frequency are energised and synchronised.',
    },
    'transformer.hotspot': {
      title: 'Hot spot of a transformer too hot',
      todo: 'Check fans, pumps and oil level, then take load off; the console shows what is permissible.',
    },
    'transformer.top-oil': {
      title: 'Top oil of a transformer too hot',
      todo: 'Check fans, pumps and oil level, then take load off; the console shows what is permissible.',
    },
    'transformer.load': {
      title: 'Transformer overloaded',
      todo: 'Shift load to another transformer; the console shows for how long this load is permissible.',
    },
    'transformer.oil-deviation': {
      title: 'Oil warmer than computed',
      todo: 'Look for dirty coolers or a fan that stands still; if the cooling is fine, check the sensor.',
    },
    'feeder.non-technical-loss': {
      title: 'Energy is lost on a feeder',
      todo: 'See the suspects of the feeder in the console and have their metering points inspected.',
    },
    'validation.gap': {
      title: 'A device is silent',
      todo: 'Check its power and its connection; what it kept comes later by itself.',
    },
    'validation.clock': {
      title: 'Clock of a device is wrong',
      todo: 'Set it, and see why its synchronisation is lost.',
    },
    'validation.*': {
      title: 'Readings are not plausible',
      todo: 'See in the console which quantity it is; check the wiring, the transformer ratio and the sensor.',
    },
    'alarm.chattering': {
      title: 'An alarm chatters',
      todo: 'See which one; give its rule an off-delay, or mend the signal behind it.',
    },
    'alarm.overflow': {
      title: 'Too many alarms',
      todo: 'Acknowledge what is known; others are not kept until there is room.',
    },
  },
  anyEvent: 'See its details in the console.',
}

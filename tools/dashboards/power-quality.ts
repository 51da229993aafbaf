import type { DashboardOf } from './panel.ts'

const OF = '{site=~"$site", device=~"$device"}'

/** Readings on the disk of an edge, by remote read: for a Grafana inside the substation. */
export const powerQuality: DashboardOf = {
  uid: 'busbar-power-quality',
  title: 'Busbar power quality',
  from: 'now-24h',
  variables: [
    { kind: 'text', name: 'site', value: '.+' },
    { kind: 'text', name: 'device', value: '.+-pq' },
  ],
  rows: [
    {
      title: 'Voltage',
      panels: [
        {
          kind: 'lines',
          title: 'Voltage',
          unit: 'volt',
          queries: [[`grid_voltage${OF}`, '{{device}} {{phase}}']],
        },
        {
          kind: 'lines',
          title: 'Unbalance',
          unit: 'percent',
          queries: [[`grid_unbalance_voltage${OF}`, '{{device}}']],
        },
        {
          kind: 'lines',
          title: 'Flicker',
          unit: 'none',
          queries: [
            [`grid_flicker_pst${OF}`, '{{device}} Pst'],
            [`grid_flicker_plt${OF}`, '{{device}} Plt'],
          ],
        },
      ],
    },
    {
      title: 'Harmonics',
      panels: [
        {
          kind: 'lines',
          title: 'THD of the voltage',
          unit: 'percent',
          queries: [[`grid_thd_voltage${OF}`, '{{device}} {{phase}}']],
        },
        {
          kind: 'lines',
          title: 'THD of the current',
          unit: 'percent',
          queries: [[`grid_thd_current${OF}`, '{{device}} {{phase}}']],
        },
        {
          kind: 'lines',
          title: 'Highest harmonics of the voltage',
          unit: 'percent',
          queries: [[`topk(5, grid_harmonic_voltage${OF})`, '{{device}} {{phase}} {{order}}']],
        },
      ],
    },
    {
      title: 'Frequency and load',
      panels: [
        {
          kind: 'lines',
          title: 'Frequency',
          unit: 'hertz',
          queries: [[`grid_frequency${OF}`, '{{device}}']],
        },
        {
          kind: 'lines',
          title: 'Active power',
          unit: 'watt',
          queries: [
            [`grid_power_active{site=~"$site", device=~"$device", phase=""}`, '{{device}}'],
          ],
        },
        {
          kind: 'lines',
          title: 'Power factor',
          unit: 'none',
          queries: [[`grid_power_factor${OF}`, '{{device}}']],
        },
      ],
    },
  ],
}

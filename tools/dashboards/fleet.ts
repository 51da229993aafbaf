import type { DashboardOf } from './panel.ts'

const RATE = '[$__rate_interval]'

/** All sites as the centre has them, and those edges that Prometheus scrapes itself. */
export const fleet: DashboardOf = {
  uid: 'busbar-fleet',
  title: 'Busbar fleet',
  from: 'now-24h',
  variables: [],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'figure',
          title: 'Sites',
          unit: 'none',
          queries: [['sum(busbar:centre_sites:count)', '']],
        },
        {
          kind: 'figure',
          title: 'Silent for 5 minutes',
          unit: 'none',
          queries: [['sum(busbar:centre_sites_silent:count)', '']],
        },
        {
          kind: 'figure',
          title: 'Centre stores',
          unit: 'none',
          queries: [['1 - busbar_centre_failing', '']],
        },
        {
          kind: 'figure',
          title: 'Centre is connected',
          unit: 'none',
          queries: [['busbar_centre_connected', '']],
        },
        {
          kind: 'figure',
          title: 'Edges that answer',
          unit: 'none',
          queries: [['sum(up{job="busbar-edge"})', '']],
        },
        {
          kind: 'figure',
          title: 'Alarms to acknowledge',
          unit: 'none',
          queries: [['sum(busbar_alarms{state="unacknowledged"})', '']],
        },
      ],
    },
    {
      title: 'Sites',
      panels: [
        {
          kind: 'list',
          title: 'Silent for longest',
          unit: 's',
          queries: [['topk(25, busbar_centre_site_silent_seconds)', '']],
        },
        {
          kind: 'list',
          title: 'Largest backlog',
          unit: 'none',
          queries: [['topk(25, sum by (site) (busbar_centre_stream_pending))', '']],
        },
        {
          kind: 'list',
          title: 'Missing at the centre',
          unit: 'none',
          queries: [['topk(25, sum by (site) (busbar_centre_stream_missing))', '']],
        },
        {
          kind: 'list',
          title: 'Lost before they were here',
          unit: 'none',
          queries: [['topk(25, sum by (site) (busbar_centre_stream_lost))', '']],
        },
        {
          kind: 'list',
          title: 'Alarms to acknowledge',
          unit: 'none',
          queries: [['topk(25, sum by (site) (busbar_alarms{state="unacknowledged"}))', '']],
        },
        {
          kind: 'list',
          title: 'Kept there by the policy',
          unit: 'none',
          queries: [['topk(25, sum by (site) (busbar_centre_stream_withheld))', '']],
        },
      ],
    },
    {
      title: 'Centre',
      panels: [
        {
          kind: 'lines',
          title: 'Records',
          unit: 'cps',
          queries: [
            ['busbar:centre_records:rate5m', 'new'],
            [`rate(busbar_centre_duplicates_total${RATE})`, 'again'],
          ],
        },
        {
          kind: 'lines',
          title: 'Commits and acknowledgements',
          unit: 'cps',
          queries: [
            [`rate(busbar_centre_commits_total${RATE})`, 'commits'],
            [`rate(busbar_centre_acknowledgements_total${RATE})`, 'acknowledgements'],
          ],
        },
        {
          kind: 'lines',
          title: 'Envelopes that wait for a commit',
          unit: 'none',
          queries: [['busbar_centre_waiting_envelopes', '']],
        },
        {
          kind: 'lines',
          title: 'Envelopes',
          unit: 'cps',
          queries: [
            [`rate(busbar_centre_envelopes_total${RATE})`, 'stored'],
            [`rate(busbar_centre_refused_total${RATE})`, 'refused'],
          ],
        },
        {
          kind: 'lines',
          title: 'Records here, by stream',
          unit: 'none',
          queries: [['sum by (stream) (busbar_centre_stream_records)', '{{stream}}']],
        },
        {
          kind: 'lines',
          title: 'Readings stored by edges',
          unit: 'cps',
          queries: [['sum by (site) (busbar:ingest_stored:rate5m)', '{{site}}']],
        },
      ],
    },
  ],
}

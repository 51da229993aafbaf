import { writeFileSync } from 'node:fs'
import { edge } from './dashboards/edge.ts'
import { fleet } from './dashboards/fleet.ts'
import { dashboardJson } from './dashboards/panel.ts'
import { powerQuality } from './dashboards/power-quality.ts'

// Builds deploy/grafana/dashboards, which is checked in: who runs Grafana needs neither this program nor the SDK.

export const dashboards = { edge, fleet, 'power-quality': powerQuality } as const

if (import.meta.main) {
  for (const [name, of] of Object.entries(dashboards)) {
    const file = new URL(`../deploy/grafana/dashboards/${name}.json`, import.meta.url)
    writeFileSync(file, dashboardJson(of))
  }
}

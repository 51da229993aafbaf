import { readFileSync, readdirSync } from 'node:fs'
import { parse } from 'yaml'

const DEPLOY = new URL('../../deploy/', import.meta.url)

export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export function deployed(path: string): string {
  return readFileSync(new URL(path, DEPLOY), 'utf8')
}

export function deployedPath(path: string): string {
  return new URL(path, DEPLOY).pathname
}

export const ruleFiles = ['edge.yml', 'centre.yml'] as const

export function rules(): readonly Rule[] {
  return ruleFiles.flatMap((file) => {
    const { groups } = parse(deployed(`prometheus/rules/${file}`)) as {
      groups: readonly { readonly rules: readonly Rule[] }[]
    }
    return groups.flatMap((group) => group.rules)
  })
}

/** So short that a test need not wait: windows are seconds, nothing has to last, and little is much. */
export function hastened(ruleText: string): string {
  return ruleText
    .replaceAll(/^ +for: .*\n/gm, '')
    .replaceAll('[5m]', '[5s]')
    .replaceAll('[30m]', '[5s]')
    .replaceAll('[1h]', '[30s]')
    .replaceAll('[1d]', '[60s]')
    .replaceAll('> bool 300', '> bool 5')
    .replaceAll('> 300', '> 5')
}

export interface PanelQuery {
  readonly dashboard: string
  readonly panel: string
  readonly expression: string
}

/** Expressions of every panel, as Grafana would ask them with everything chosen. */
export function panelQueries(): readonly PanelQuery[] {
  const folder = new URL('grafana/dashboards/', DEPLOY)
  return readdirSync(folder).flatMap((dashboard) => {
    const { panels } = JSON.parse(readFileSync(new URL(dashboard, folder), 'utf8')) as {
      panels: readonly { title: string; targets?: readonly { expr: string }[] }[]
    }
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({
        dashboard,
        panel: title,
        expression: expr
          .replaceAll('$__rate_interval', '5s')
          .replaceAll('$site', '.+')
          .replaceAll('$device', '.+-pq'),
      })),
    )
  })
}

/** Names of series that an expression reads. */
export function metricsOf(expression: string): readonly string[] {
  const found = expression.match(/\b(?:busbar[a-z0-9_:]*|grid_\w+|up)\b(?=\{|\[|\s|\)|$)/g) ?? []
  return [...new Set(found)]
}

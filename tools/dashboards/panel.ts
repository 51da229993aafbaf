import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'

/** The variable of every dashboard that names its Prometheus. */
const SOURCE = { type: 'prometheus', uid: '${datasource}' }

/** An expression, and what its line is called. */
export type Query = readonly [expression: string, legend: string]

export interface PanelOf {
  readonly kind: 'lines' | 'figure' | 'list'
  readonly title: string
  readonly unit: string
  readonly queries: readonly Query[]
  /** What a look at it is to find out. */
  readonly description?: string
}

export interface RowOf {
  readonly title: string
  readonly panels: readonly PanelOf[]
}

export interface DashboardOf {
  readonly uid: string
  readonly title: string
  readonly from: string
  readonly variables: readonly VariableOf[]
  readonly rows: readonly RowOf[]
}

/** `text`: remote storage cannot be asked what values a label has, so a pattern is typed. */
export type VariableOf =
  | { readonly kind: 'label'; readonly name: string; readonly metric: string }
  | { readonly kind: 'text'; readonly name: string; readonly value: string }

const COLUMNS = 24
const LINES_WIDTH = 8
const FIGURE_WIDTH = 4

/** The JSON that Grafana is provisioned with. */
export function dashboardJson({ uid, title, from, variables, rows }: DashboardOf): string {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .tags(['busbar'])
    .refresh('30s')
    .time({ from, to: 'now' })
    .timezone('browser')
    .editable()
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    )
  for (const each of variables) builder.withVariable(variable(each))
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title))
    for (const panel of row.panels) builder.withPanel(panelOf(panel))
  }
  return `${JSON.stringify(builder.build(), undefined, 2)}\n`
}

function variable(of: VariableOf): QueryVariableBuilder | TextBoxVariableBuilder {
  if (of.kind === 'text') return new TextBoxVariableBuilder(of.name).defaultValue(of.value)
  return new QueryVariableBuilder(of.name)
    .datasource(SOURCE)
    .query(`label_values(${of.metric}, ${of.name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
}

function panelOf({ kind, title, unit, queries, description = '' }: PanelOf): Builder<Panel> {
  const panel = makers[kind]().title(title).unit(unit).description(description).datasource(SOURCE)
  for (const [expression, legend] of queries) {
    const query = new DataqueryBuilder().datasource(SOURCE).expr(expression).legendFormat(legend)
    if (kind !== 'lines') query.instant()
    if (kind === 'list') query.format(PromQueryFormat.Table)
    panel.withTarget(query)
  }
  return panel
}

const makers = {
  lines: () => new TimeSeriesPanel().height(8).span(LINES_WIDTH).fillOpacity(8),
  figure: () => new StatPanel().height(4).span(FIGURE_WIDTH),
  list: () => new TablePanel().height(8).span(COLUMNS / 2),
} as const

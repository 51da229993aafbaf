import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

// Makes deploy/gatekeeper/templates/*.yaml of deploy/gatekeeper/rules/*.rego: the one place where a rule is written.

const FOLDER = join(import.meta.dirname, '../deploy/gatekeeper')
const RULES = join(FOLDER, 'rules')
/** What rules share is no rule. */
const LIBRARY = 'pods.rego'

interface Metadata {
  readonly title: string
  readonly description: string
  readonly custom?: { readonly parameters: object }
}

/** The templates as they follow from the rules: text by the name of the file. */
export function gatekeeperTemplates(): Map<string, string> {
  const rules = readdirSync(RULES).filter(
    (name) => name.endsWith('.rego') && !name.endsWith('_test.rego') && name !== LIBRARY,
  )
  const resources = { resources: rules.map((rule) => rule.replace('.rego', '.yaml')).sort() }
  const templates = new Map(rules.map((rule) => [rule.replace('.rego', '.yaml'), template(rule)]))
  return templates.set('kustomization.yaml', stringify(resources))
}

function template(rule: string): string {
  const text = readFileSync(join(RULES, rule), 'utf8')
  const rego = text.slice(text.indexOf('package '))
  const { title, description, custom } = metadataOf(text)
  const parameters = custom?.parameters ?? {}
  const target = {
    target: 'admission.k8s.gatekeeper.sh',
    rego,
    ...(rego.includes('import data.lib.pods')
      ? { libs: [readFileSync(join(RULES, LIBRARY), 'utf8')] }
      : {}),
  }
  const schema = { openAPIV3Schema: { type: 'object', properties: parameters } }
  return `# Made by tools/build-gatekeeper.ts of rules/${rule}.\n${stringify(
    {
      apiVersion: 'templates.gatekeeper.sh/v1',
      kind: 'ConstraintTemplate',
      metadata: { name: title.toLowerCase(), annotations: { description } },
      spec: { crd: { spec: { names: { kind: title }, validation: schema } }, targets: [target] },
    },
    { lineWidth: 0 },
  )}`
}

function metadataOf(text: string): Metadata {
  const lines = text.slice(0, text.indexOf('package ')).split('\n').slice(1)
  return parse(lines.map((line) => line.replace(/^# ?/, '')).join('\n')) as Metadata
}

if (import.meta.main)
  for (const [name, text] of gatekeeperTemplates())
    writeFileSync(join(FOLDER, 'templates', name), text)

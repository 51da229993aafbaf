import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

// Makes of Kubernetes' own OpenAPI description, and of CRDs, the files that `kubeconform -strict` looks for:
// node tools/kubernetes-schemas.ts FOLDER swagger.json [crd.yaml…]

interface Schema {
  type?: string
  format?: string
  description?: string
  $ref?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  oneOf?: Schema[]
  enum?: string[]
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[]
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
}

interface Crd {
  kind: string
  spec: {
    group: string
    names: { kind: string }
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[]
  }
}

const DEFINITIONS = '_definitions.json'
const TEXT_OR_NUMBER: Schema = { oneOf: [{ type: 'string' }, { type: 'number' }] }

const [folder = '', swagger = '', ...crds] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
writeBuiltIns()
for (const crd of crds) writeCustom(crd)

function writeBuiltIns(): void {
  const { definitions } = JSON.parse(readFileSync(swagger, 'utf8')) as {
    definitions: Record<string, Schema>
  }
  const strict: Record<string, Schema> = {}
  for (const [name, schema] of Object.entries(definitions)) {
    strict[name] = /\.(?:Quantity|IntOrString)$/.test(name) ? TEXT_OR_NUMBER : strictly(schema)
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? [])
      write(fileOf(group, version, kind), { $ref: `${DEFINITIONS}#/definitions/${name}` })
  }
  write(DEFINITIONS, { definitions: strict })
}

function writeCustom(path: string): void {
  for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
    const crd = parse(document.toString()) as Crd
    if (crd?.kind !== 'CustomResourceDefinition') continue
    const { group, names, versions } = crd.spec
    for (const { name, schema } of versions)
      write(fileOf(group, name, names.kind), strictly(schema.openAPIV3Schema))
  }
}

/** What is not described is refused, as an API server does that is asked for `fieldValidation=Strict`. */
function strictly(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] === true) return TEXT_OR_NUMBER
  const { type, $ref, properties, additionalProperties, items } = schema
  const all: Schema = {}
  if (type !== undefined) all.type = type
  if (schema.enum !== undefined) all.enum = schema.enum
  if ($ref !== undefined) all.$ref = $ref.replace('#/', `${DEFINITIONS}#/`)
  if (items !== undefined) all.items = strictly(items)
  if (typeof additionalProperties === 'object')
    all.additionalProperties = strictly(additionalProperties)
  if (properties === undefined) return all
  all.properties = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, strictly(value)]),
  )
  if (schema['x-kubernetes-preserve-unknown-fields'] !== true) all.additionalProperties = false
  return all
}

function fileOf(group: string, version: string, kind: string): string {
  const [first = ''] = group.split('.')
  return [kind, ...(first === '' ? [] : [first]), version].join('-').toLowerCase() + '.json'
}

function write(name: string, value: object): void {
  writeFileSync(join(folder, name), JSON.stringify(value))
}

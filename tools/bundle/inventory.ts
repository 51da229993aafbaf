/** What a part of an SBOM says of itself. */
export interface Component {
  /** `pkg:npm/mqtt@5.16.0` and the like, by which scanners know it. */
  readonly purl: string
  readonly name: string
  readonly version: string
  /** SPDX expression; absent: its own files say it. */
  readonly license?: string
}

interface Listed extends Omit<Component, 'license'> {
  readonly type: 'application' | 'library'
  readonly 'bom-ref': string
  readonly licenses?: readonly { readonly expression: string }[]
}

interface Document {
  readonly components: readonly Listed[]
}

/** A bill of materials as CycloneDX 1.5. Without serial number and time: the same parts give the same bytes. */
export function inventory(
  program: { readonly name: string; readonly version: string },
  parts: readonly Component[],
): string {
  const purl = `pkg:generic/${program.name}@${program.version}`
  const component = listed('application', { ...program, purl, license: 'Apache-2.0' })
  const head = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata: { component } }
  return textOf({ ...head, components: parts.map((part) => listed('library', part)) })
}

/** The same with more in it. */
export function withParts(text: string, parts: readonly Component[]): string {
  const document = JSON.parse(text) as Document
  const more = parts.map((part) => listed('library', part))
  return textOf({ ...document, components: [...document.components, ...more] })
}

/** Of a package of npm: the at sign of a scope is written otherwise. */
export function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function listed(type: Listed['type'], { purl, name, version, license }: Component): Listed {
  const licenses = license === undefined ? {} : { licenses: [{ expression: license }] }
  return { type, 'bom-ref': purl, name, version, purl, ...licenses }
}

function textOf(document: Document): string {
  const components = document.components.toSorted((one, other) => (one.purl < other.purl ? -1 : 1))
  return `${JSON.stringify({ ...document, components }, undefined, 2)}\n`
}

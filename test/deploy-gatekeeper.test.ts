import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gatekeeperTemplates } from '../tools/build-gatekeeper.ts'
import { OVERLAYS, build, manifestsOf } from './deploy/kustomize.ts'
import { missingPrograms, runProgram } from './deploy/programs.ts'
import { RULES, type RuleSamples, readSample } from './deploy/samples.ts'

const FOLDER = join(import.meta.dirname, '../deploy/gatekeeper')
const skipOpa = missingPrograms('opa')
const skipGator = missingPrograms('gator', 'kustomize')

interface Template {
  readonly spec: {
    readonly targets: readonly { readonly rego: string; readonly libs?: readonly string[] }[]
  }
}

interface Constraint {
  readonly spec: { readonly parameters?: object }
}

describe('Gatekeeper', () => {
  test('the templates are made of the rules as they are', () => {
    for (const [name, text] of gatekeeperTemplates())
      assert.equal(readFileSync(join(FOLDER, 'templates', name), 'utf8'), text, name)
  })

  test('each rule has a constraint, and samples that it lets in and that it does not', () => {
    const rules = [...gatekeeperTemplates().keys()].filter((name) => name !== 'kustomization.yaml')
    assert.deepEqual(
      RULES.map(({ template }) => template).sort(),
      rules.map((name) => `templates/${name}`).sort(),
    )
    for (const { name, cases } of RULES) {
      const outcomes = new Set(cases.map(({ assertions }) => assertions[0]?.violations))
      assert.deepEqual(outcomes, new Set(['no', 'yes']), name)
    }
  })

  test('gator verify', { skip: skipGator }, () => {
    const { status, text } = runProgram('gator', ['verify', 'deploy/gatekeeper'])
    assert.equal(status, 0, text)
    assert.match(text, /^PASS$/m)
  })

  for (const overlay of OVERLAYS) {
    test(`gator test: what is in ${overlay} may be there`, { skip: skipGator }, () => {
      const rules = overlay === 'centre' ? 'gatekeeper/centre' : 'gatekeeper/constraints'
      const folders = ['gatekeeper/templates', rules, `kustomize/overlays/${overlay}`]
      const all = folders.map(build).join('---\n')
      const folder = mkdtempSync(join(tmpdir(), 'busbar-gator-'))
      const file = join(folder, 'all.yaml')
      try {
        writeFileSync(file, all)
        assert.deepEqual(runProgram('gator', ['test', '-f', file]), { status: 0, text: '' })
        writeFileSync(file, all.replaceAll(/(image: .*)@sha256:.*/g, '$1:latest'))
        assert.equal(
          runProgram('gator', ['test', '-f', file]).status,
          1,
          'the constraints are asked',
        )
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }
})

describe('the same rules under OPA', { skip: skipOpa }, () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-rules-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  test('opa test', () => {
    const { status, text } = runProgram('opa', [
      'test',
      '--v0-compatible',
      'deploy/gatekeeper/rules',
    ])
    assert.equal(status, 0, text)
    assert.doesNotMatch(text, /^PASS: 0/m)
  })

  for (const rule of RULES) {
    test(`${rule.name}: samples`, () => {
      const found = violationsOf(folder, rule)
      for (const { name: sample, assertions } of rule.cases) {
        const expected = assertions[0]?.violations === 'yes'
        assert.equal(
          (found[sample]?.length ?? 0) > 0,
          expected,
          `${sample}: ${(found[sample] ?? []).join()}`,
        )
      }
    })
  }
})

/** The messages to each sample, of the Rego that stands in the template. */
function violationsOf(
  folder: string,
  { template, constraint, cases }: RuleSamples,
): Record<string, string[]> {
  const [target] = readSample<Template>(template).spec.targets
  const { parameters = {} } = readSample<Constraint>(constraint).spec
  const words = ['eval', '--v0-compatible', '--stdin-input', '--format', 'raw']
  for (const [at, text] of [target?.rego ?? '', ...(target?.libs ?? [])].entries()) {
    writeFileSync(join(folder, `${at}.rego`), text)
    words.push('--data', join(folder, `${at}.rego`))
  }
  const inputs = cases.map((one) => [
    one.name,
    { review: { object: readSample<object>(one.object) }, parameters },
  ])
  const rule = /^package (\S+)$/m.exec(target?.rego ?? '')?.[1]
  const query = `{name: [msg | data.${rule}.violation[v] with input as case; msg := v.msg] | case := input[name]}`
  const { stdout, stderr } = spawnSync('opa', [...words, query], {
    encoding: 'utf8',
    input: JSON.stringify(Object.fromEntries(inputs)),
  })
  assert.equal(stderr, '')
  return JSON.parse(stdout) as Record<string, string[]>
}

test(
  'what may leave a substation is the same for the network and for Gatekeeper',
  { skip: missingPrograms('kustomize') },
  () => {
    const pairs = [
      ['kustomize/overlays/substation', 'gatekeeper/constraints'],
      ['kustomize/overlays/centre', 'gatekeeper/centre'],
    ] as const
    for (const [overlay, constraints] of pairs) {
      const blocks = JSON.stringify(
        manifestsOf(build(overlay))
          .filter(({ kind }) => kind === 'NetworkPolicy')
          .flatMap(({ spec }) => spec?.['egress'] ?? []),
      )
      const egress = manifestsOf(build(constraints)).find(({ kind }) => kind === 'BusbarEgress')
      assert.ok(egress?.spec)
      const { allowed } = egress.spec['parameters'] as { allowed: { cidr: string }[] }
      const cidrs = [...blocks.matchAll(/"cidr":"([^"]+)"/g)].map(([, cidr]) => cidr)
      assert.deepEqual(
        cidrs,
        allowed.map(({ cidr }) => cidr),
        overlay,
      )
    }
  },
)

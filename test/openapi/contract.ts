import assert from 'node:assert/strict'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Answer, Asker } from './asker.ts'

type Schema = Readonly<Record<string, unknown>>
type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly { readonly name?: string; readonly in?: string }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Schema
}

export interface Words {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: string
  readonly body?: unknown
}

/** What a server says that it answers, held against what it answers. */
export class Contract {
  readonly #asker: Asker
  readonly #document: Document
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  readonly #answered = new Set<string>()

  static async of(asker: Asker): Promise<Contract> {
    const { status, text } = await asker.ask({ method: 'GET', path: '/api/openapi.json' })
    assert.equal(status, 200, text)
    const document = JSON.parse(text) as Document & Record<string, unknown>
    const { valid, errors } = await new Validator().validate(document)
    assert.ok(valid, JSON.stringify(errors, undefined, 1))
    return new Contract(asker, document)
  }

  private constructor(asker: Asker, document: Document) {
    this.#asker = asker
    this.#document = document
    formats.default(this.#ajv)
  }

  /** Such as `GET /api/v1/alarms/{id}`. */
  get operations(): readonly string[] {
    return Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
  }

  /** Operations that have not answered other than with a problem. */
  get unanswered(): readonly string[] {
    return this.operations.filter((name) => !name.startsWith('HEAD') && !this.#answered.has(name))
  }

  get operationIds(): readonly string[] {
    return this.operations.map((name) => this.#operation(name).operationId)
  }

  summaryOf(name: string): string {
    return this.#operation(name).summary
  }

  /** Asks, and looks at both the body that is sent and the answer. Whatever the answer is, it is one that the document has. */
  async ask(name: string, { path = {}, query = '', body }: Words = {}): Promise<Answer> {
    const [method = '', template = ''] = name.split(' ')
    const operation = this.#operation(name)
    const filled = template.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
      encodeURIComponent(String(path[key])),
    )
    const [type, taken] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
    if (taken !== undefined && !Buffer.isBuffer(body))
      this.#fits(taken.schema, body, `${name}: the body`)
    const question = { method, path: `${filled}${query === '' ? '' : `?${query}`}`, body }
    const answer = await this.#asker.ask(type === undefined ? question : { ...question, type })
    this.#look(name, operation, answer)
    return answer
  }

  /** As `ask`, of what is done, and its answer. */
  async done(name: string, words: Words = {}): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.ask(name, words)
    assert.ok(answer.status < 300, `${name}: ${answer.status} ${answer.text}`)
    return answer.type === 'application/json'
      ? (JSON.parse(answer.text) as Readonly<Record<string, unknown>>)
      : {}
  }

  /** A parameter that there is none of is answered with those that there are: the same as in the document. */
  async parametersOf(name: string): Promise<void> {
    const [method = '', template = ''] = name.split(' ')
    if (method === 'HEAD' || this.#operation(name).requestBody !== undefined) return
    const path = `${template.replaceAll(/\{\w+\}/g, '1')}?no-such-parameter=1`
    const { status, text } = await this.#asker.ask({ method, path })
    if (status !== 400) return
    const { hint = '' } = JSON.parse(text) as { readonly hint?: string }
    const [, known = ''] = /Known are (.+)\.$/.exec(hint) ?? []
    const told = this.#operation(name).parameters.filter((each) => each.in === 'query')
    assert.deepEqual(
      new Set(told.map((each) => each.name)),
      new Set(known === '' ? [] : known.split(', ')),
      `${name}: parameters`,
    )
  }

  #operation(name: string): Operation {
    const [method = '', path = ''] = name.split(' ')
    return this.#document.paths[path]?.[method.toLowerCase()] ?? assert.fail(`${name}: not there`)
  }

  #look(name: string, { responses }: Operation, { status, type, text }: Answer): void {
    const isProblem = type === 'application/problem+json'
    const known = isProblem ? responses['default'] : responses[status]
    const media = known?.content?.[type]
    assert.ok(media !== undefined, `${name}: ${status} ${type} is not in the document: ${text}`)
    const isJson = isProblem || type === 'application/json'
    this.#fits(media.schema, isJson ? JSON.parse(text) : text, `${name}: ${status}`)
    if (!isProblem) this.#answered.add(name)
  }

  #fits(schema: Schema, value: unknown, what: string): void {
    const { components } = this.#document
    const isFit = this.#ajv.validate({ ...schema, components }, value)
    const faults = this.#ajv.errorsText().slice(0, 2000)
    assert.ok(isFit, `${what}: ${faults}: ${JSON.stringify(value).slice(0, 2000)}`)
  }
}

import { assert } from '../../core/assert.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Answer, type Evaluator, decodeDecision, failed } from '../decision.ts'

export interface CompiledPolicy {
  readonly revision: string
  readonly wasm: Uint8Array<ArrayBuffer>
  /** `data.json` of the bundle. */
  readonly data: string
}

/**
 * A policy that `opa build -t wasm` compiled, by the ABI of such modules, 1.2 and later. Memory, from its beginning:
 *
 *     | the module's own | data, parsed once | question | whatever evaluation needs |
 *                                            ^ base, where every evaluation begins anew
 *
 * `opa_eval` is told where its heap begins, so nothing of one evaluation is there in the next, and nothing grows.
 */
export class WasmPolicy implements Evaluator {
  readonly revision: string
  readonly #module: WebAssembly.Module
  readonly #data: string
  #machine: Machine

  /** Throws a GridError `input` where this is no policy that can be asked. */
  constructor({ revision, wasm, data }: CompiledPolicy) {
    this.revision = revision
    this.#data = data
    try {
      this.#module = new WebAssembly.Module(wasm)
      this.#machine = new Machine(this.#module, data)
    } catch (cause) {
      if (cause instanceof GridError) throw cause
      throw new GridError('input', `the compiled policy cannot be used: ${errorText(cause)}`, {
        hint: 'Compile it again with opa build -t wasm.',
        cause,
      })
    }
    const missing = Object.keys(this.#machine.builtins())
    if (missing.length > 0) {
      throw new GridError(
        'input',
        `the policy calls what compiled policies do not have: ${missing.join(', ')}`,
        { hint: 'Write the rule without it, or run an OPA server and name it with policy.url.' },
      )
    }
    if (this.#machine.entrypoints()[DECISION] === undefined) {
      throw new GridError('input', `the compiled policy has no entry point ${DECISION}`, {
        hint: `Compile it with opa build -t wasm -e ${DECISION}.`,
      })
    }
  }

  /** What it has of memory; for the proof that it keeps it. */
  get memoryBytes(): number {
    return this.#machine.memoryBytes
  }

  evaluate(question: string): Answer {
    try {
      const decision = decodeDecision(this.#ask(DECISION, question))
      if (decision === undefined) return failed('the policy gives no decision')
      return { kind: 'decided', decision, revision: this.revision, holdMs: Infinity }
    } catch (thrown) {
      return failed(`the policy broke off: ${errorText(thrown)}`)
    }
  }

  /** Which rules permit and which deny; undefined: the policy does not say. */
  explain(question: string): unknown {
    if (this.#machine.entrypoints()[EXPLANATION] === undefined) return undefined
    return this.#ask(EXPLANATION, question)
  }

  /** The value of an entry point; undefined: it has none for this question. */
  #ask(entrypoint: string, question: string): unknown {
    const number = this.#machine.entrypoints()[entrypoint]
    assert(number !== undefined, 'an entry point that the policy has')
    try {
      const results: unknown = JSON.parse(this.#machine.evaluate(number, question))
      const [first] = Array.isArray(results) ? (results as readonly unknown[]) : []
      return typeof first === 'object' && first !== null && 'result' in first
        ? first.result
        : undefined
    } catch (thrown) {
      // What broke off in the middle may have left anything behind.
      this.#machine = new Machine(this.#module, this.#data)
      throw thrown
    }
  }
}

const DECISION = 'energy/smartgrid/decision'
const EXPLANATION = 'energy/smartgrid/explanation'

/** One instance of the module and its memory. */
class Machine {
  readonly #memory = new WebAssembly.Memory({
    initial: limits.policyMemoryPages / 4,
    maximum: limits.policyMemoryPages,
  })
  readonly #exports: PolicyExports
  readonly #data: number
  readonly #base: number
  readonly #entrypoints: Readonly<Record<string, number>>

  constructor(module: WebAssembly.Module, data: string) {
    const instance = new WebAssembly.Instance(module, { env: this.#imports() })
    this.#exports = policyExports(instance)
    this.#entrypoints = this.#described(this.#exports.entrypoints())
    const bytes = Buffer.from(data)
    const at = this.#exports.opa_malloc(bytes.length)
    this.#bytes().set(bytes, at)
    this.#data = this.#exports.opa_json_parse(at, bytes.length)
    if (this.#data === 0) throw new GridError('input', `the policy's data is not JSON`)
    this.#base = this.#exports.opa_heap_ptr_get()
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength
  }

  entrypoints(): Readonly<Record<string, number>> {
    return this.#entrypoints
  }

  builtins(): Readonly<Record<string, number>> {
    return this.#described(this.#exports.builtins())
  }

  /** The result set as JSON. */
  evaluate(entrypoint: number, question: string): string {
    const room = this.#bytes().subarray(this.#base, this.#base + limits.policyQuestionBytes)
    const { read, written } = ENCODER.encodeInto(question, room)
    if (read < question.length) throw new GridError('input', 'the question is too long')
    const heap = this.#base + written
    const places = [this.#data, this.#base, written, heap, 0]
    return this.#text(this.#exports.opa_eval(0, entrypoint, ...places))
  }

  #imports(): Readonly<Record<string, unknown>> {
    const builtin = (): never => {
      throw new GridError('input', 'it called a builtin that nobody gave it')
    }
    return {
      memory: this.#memory,
      opa_abort: (at: number): never => {
        throw new GridError('input', this.#text(at))
      },
      opa_println: () => {},
      opa_builtin0: builtin,
      opa_builtin1: builtin,
      opa_builtin2: builtin,
      opa_builtin3: builtin,
      opa_builtin4: builtin,
    }
  }

  #described(value: number): Readonly<Record<string, number>> {
    return JSON.parse(this.#text(this.#exports.opa_json_dump(value))) as Record<string, number>
  }

  /** Up to the NUL that ends it. */
  #text(at: number): string {
    const bytes = this.#bytes()
    const end = bytes.indexOf(0, at)
    return DECODER.decode(bytes.subarray(at, end < 0 ? bytes.length : end))
  }

  /** Memory that grows is another buffer. */
  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer)
  }
}

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder()

/** Addresses are numbers; of the last one of `opa_eval`, 0 asks for JSON. */
interface PolicyExports {
  builtins(): number
  entrypoints(): number
  opa_malloc(bytes: number): number
  opa_json_parse(at: number, bytes: number): number
  opa_json_dump(value: number): number
  opa_heap_ptr_get(): number
  opa_eval(reserved: number, entrypoint: number, ...addresses: number[]): number
}

function policyExports(instance: WebAssembly.Instance): PolicyExports {
  const exports = instance.exports as Readonly<Record<string, unknown>>
  const major = exports['opa_wasm_abi_version']
  const minor = exports['opa_wasm_abi_minor_version']
  if (globalValue(major) !== 1 || !(globalValue(minor) >= 2)) {
    throw new GridError('input', 'this is no compiled policy of ABI 1.2 or later', {
      hint: 'Compile it with opa build -t wasm of OPA 0.60 or later.',
    })
  }
  return exports as unknown as PolicyExports
}

function globalValue(exported: unknown): number {
  const isGlobal = typeof exported === 'object' && exported !== null && 'value' in exported
  return isGlobal ? Number(exported.value) : NaN
}

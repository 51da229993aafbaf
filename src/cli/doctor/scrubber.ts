/** Numbers with three digits behind the point are a reading's more likely than anything that helps. */
const PRECISE = /[-+]?\d+\.\d{3,}(?:e[-+]?\d+)?/gi
/** The same in hundreds of thousands, without a point: a register of a meter. */
const LONG = /\b\d{6,}\b/g
const KEY = /-----BEGIN [^-]+-----[^]*?(?:-----END [^-]+-----|$)/g
/** Hashes, verifiers, tokens: what no sentence has. */
const TOKEN = /\$?(?:argon2id|SCRAM-SHA-256)\$\S+|\b[A-Za-z0-9+/_-]{32,}={0,2}/g
const NAMED =
  /((?:password|passwd|secret|token|authorization|bearer)["']?\s*[:=]?\s*)("[^"]*"|'[^']*'|\S+)/gi
/** Of people who are told of alarms. */
const EMAIL = /[^\s<>"']+@[^\s<>"']+/g
/** What stands in braces came from a device. */
const PAYLOAD = /\{[^{}]*:[^{}]*\}/g
/** One pattern has so many names, so that a site of 10,000 is searched ten times. */
const NAMES_AT_ONCE = 1000

/** Takes out of sentences what is not to leave with a support bundle: whose, how much, and secrets. */
export class Scrubber {
  readonly #names: readonly RegExp[]

  /** `names`: of devices, clients and customers. */
  constructor(names: Iterable<string>) {
    const longest = [...new Set(names)]
      .filter((name) => name.length > 1)
      .sort((one, other) => other.length - one.length)
      .map((name) => RegExp.escape(name))
    this.#names = Array.from({ length: Math.ceil(longest.length / NAMES_AT_ONCE) }, (_, at) => {
      const some = longest.slice(at * NAMES_AT_ONCE, (at + 1) * NAMES_AT_ONCE)
      return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${some.join('|')})(?![\\p{L}\\p{N}_])`, 'gu')
    })
  }

  text(text: string): string {
    const plain = text
      .replace(KEY, '<key>')
      .replace(NAMED, '$1<secret>')
      .replace(TOKEN, '<secret>')
      .replace(PAYLOAD, '<payload>')
      .replace(EMAIL, '<address>')
    const nameless = this.#names.reduce((said, names) => said.replace(names, '<device>'), plain)
    return nameless.replace(PRECISE, '<number>').replace(LONG, '<number>')
  }

  /** Every text in it, also the names of fields. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((each: unknown) => this.value(each))
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.entries(value).map(([name, each]) => [this.text(name), this.value(each)])
    return Object.fromEntries(fields) as unknown
  }
}

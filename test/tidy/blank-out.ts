/**
 * TypeScript with the inside of its comments, strings, templates and regular expressions replaced by spaces, so that a
 * check may search it with a plain pattern and never trip over prose. Delimiters of strings stay; code inside `${}` stays.
 */
export function blankOut(text: string): string {
  return new Blanker(text).run()
}

const WORD_BEFORE_REGEX = /\b(?:return|typeof|case|in|of|void|delete|await|yield)\s*$/

class Blanker {
  readonly #text: string
  #out = ''
  #at = 0
  #depth = 0
  /** Brace depth outside each template that is open, innermost last. */
  readonly #templates: number[] = []

  constructor(text: string) {
    this.#text = text
  }

  run(): string {
    while (this.#at < this.#text.length) this.#step()
    return this.#out
  }

  #step(): void {
    const char = this.#text.charAt(this.#at)
    const next = this.#text.charAt(this.#at + 1)
    if (char === '/' && next === '/') return this.#blankTo(this.#find('\n', 0))
    if (char === '/' && next === '*') return this.#blankTo(this.#find('*/', 2))
    if (char === '/' && this.#regexMayStart()) return this.#quoted('/')
    if (char === "'" || char === '"') return this.#quoted(char)
    if (char === '`') {
      this.#keep()
      return this.#template()
    }
    if (char === '{') this.#depth++
    if (char === '}') {
      if (this.#templates.at(-1) === this.#depth) {
        this.#templates.pop()
        this.#keep()
        return this.#template()
      }
      this.#depth--
    }
    this.#keep()
  }

  #find(end: string, extra: number): number {
    const found = this.#text.indexOf(end, this.#at + extra)
    return found < 0 ? this.#text.length : found + extra
  }

  #keep(): void {
    this.#out += this.#text.charAt(this.#at++)
  }

  #blankTo(end: number): void {
    this.#out += this.#text.slice(this.#at, end).replace(/[^\n]/g, ' ')
    this.#at = end
  }

  #regexMayStart(): boolean {
    const before = this.#out.trimEnd()
    return before === '' || '(,=:[!&|?{};+-*%<>~^/'.includes(before.slice(-1)) || this.#afterWord()
  }

  #afterWord(): boolean {
    return WORD_BEFORE_REGEX.test(this.#out.slice(-12))
  }

  /** A string or a regular expression; a bracket of the latter may hold a bare slash. */
  #quoted(quote: string): void {
    this.#keep()
    let end = this.#at
    let bracket = false
    for (; end < this.#text.length; end++) {
      const char = this.#text.charAt(end)
      if (char === '\\') end++
      else if (char === '\n') break
      else if (quote === '/' && char === '[') bracket = true
      else if (quote === '/' && char === ']') bracket = false
      else if (char === quote && !bracket) break
    }
    this.#blankTo(Math.min(end, this.#text.length))
    if (this.#at < this.#text.length) this.#keep()
  }

  #template(): void {
    let end = this.#at
    for (; end < this.#text.length; end++) {
      const char = this.#text.charAt(end)
      if (char === '\\') end++
      else if (char === '`') break
      else if (char === '$' && this.#text.charAt(end + 1) === '{') break
    }
    this.#blankTo(Math.min(end, this.#text.length))
    if (this.#text.charAt(this.#at) === '`') return this.#keep()
    if (this.#at >= this.#text.length) return
    this.#templates.push(this.#depth)
    this.#keep()
    this.#keep()
  }
}

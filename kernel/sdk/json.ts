export const enum Kind {
  Absent,
  Null,
  Flag,
  Number,
  Text,
  List,
  Map,
}

const NO_ITEMS: Array<Json> = []
const NO_KEYS: Array<string> = []

/** A value of the configuration. What is absent is a value too, `isPresent` says so, and every default applies to it. */
export class Json {
  static readonly absent: Json = new Json(Kind.Absent)

  /** Of a scalar they are those that all scalars share: most values are scalars. */
  items: Array<Json> = NO_ITEMS
  keys: Array<string> = NO_KEYS
  numeric: f64 = 0
  words: string = ''

  constructor(public kind: Kind) {}

  get isPresent(): bool {
    return this.kind != Kind.Absent && this.kind != Kind.Null
  }

  /** Items of an array, entries of an object. */
  get length(): i32 {
    return this.items.length
  }

  get(key: string): Json {
    for (let index = 0; index < this.keys.length; index++) {
      if (this.keys[index] == key) return this.items[index]
    }
    return Json.absent
  }

  at(index: i32): Json {
    return index >= 0 && index < this.items.length ? this.items[index] : Json.absent
  }

  key(index: i32): string {
    return index >= 0 && index < this.keys.length ? this.keys[index] : ''
  }

  number(otherwise: f64): f64 {
    return this.kind == Kind.Number ? this.numeric : otherwise
  }

  text(otherwise: string): string {
    return this.kind == Kind.Text ? this.words : otherwise
  }

  flag(otherwise: bool): bool {
    return this.kind == Kind.Flag ? this.numeric != 0 : otherwise
  }
}

/** Reads JSON that the host has written, so it is well-formed; what is not traps. */
export function parseJson(text: string): Json {
  const reader = new Reader(text)
  const value = reader.value(0)
  reader.space()
  assert(reader.at == text.length)
  return value
}

const DEPTH = 32

class Reader {
  at: i32 = 0

  constructor(private readonly text: string) {}

  value(depth: i32): Json {
    assert(depth < DEPTH)
    this.space()
    const code = this.text.charCodeAt(this.at)
    if (code == 0x7b) return this.map(depth)
    if (code == 0x5b) return this.list(depth)
    if (code == 0x22) {
      const found = new Json(Kind.Text)
      found.words = this.string()
      return found
    }
    if (this.word('true')) return this.scalar(Kind.Flag, 1)
    if (this.word('false')) return this.scalar(Kind.Flag, 0)
    if (this.word('null')) return this.scalar(Kind.Null, 0)
    return this.numeral()
  }

  space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at++
  }

  private scalar(kind: Kind, numeric: f64): Json {
    const found = new Json(kind)
    found.numeric = numeric
    return found
  }

  private map(depth: i32): Json {
    const found = new Json(Kind.Map)
    found.keys = []
    found.items = []
    this.at++
    while (!this.ends(0x7d)) {
      this.space()
      found.keys.push(this.string())
      this.space()
      assert(this.text.charCodeAt(this.at++) == 0x3a)
      found.items.push(this.value(depth + 1))
    }
    return found
  }

  private list(depth: i32): Json {
    const found = new Json(Kind.List)
    found.items = []
    this.at++
    while (!this.ends(0x5d)) found.items.push(this.value(depth + 1))
    return found
  }

  /** Passes over a comma, or over the end. */
  private ends(close: i32): bool {
    this.space()
    const code = this.text.charCodeAt(this.at)
    if (code == close || code == 0x2c) this.at++
    return code == close
  }

  private word(expected: string): bool {
    for (let index = 0; index < expected.length; index++) {
      if (this.text.charCodeAt(this.at + index) != expected.charCodeAt(index)) return false
    }
    this.at += expected.length
    return true
  }

  private numeral(): Json {
    const start = this.at
    while (this.at < this.text.length && isNumeral(this.text.charCodeAt(this.at))) this.at++
    assert(this.at > start)
    return this.scalar(Kind.Number, F64.parseFloat(this.text.substring(start, this.at)))
  }

  private string(): string {
    assert(this.text.charCodeAt(this.at++) == 0x22)
    const start = this.at
    let found = ''
    let from = start
    while (this.text.charCodeAt(this.at) != 0x22) {
      assert(this.at < this.text.length)
      if (this.text.charCodeAt(this.at) == 0x5c) {
        found += this.text.substring(from, this.at) + this.escape()
        from = this.at
      } else this.at++
    }
    const rest = this.text.substring(from, this.at)
    this.at++
    return from == start ? rest : found + rest
  }

  private escape(): string {
    const code = this.text.charCodeAt(this.at + 1)
    this.at += 2
    if (code == 0x75) {
      let unit = 0
      for (let left = 4; left > 0; left--) unit = unit * 16 + digit(this.text.charCodeAt(this.at++))
      return String.fromCharCode(unit)
    }
    if (code == 0x6e) return '\n'
    if (code == 0x74) return '\t'
    if (code == 0x72) return '\r'
    if (code == 0x62) return '\b'
    if (code == 0x66) return '\f'
    return String.fromCharCode(code)
  }
}

/** Of a hexadecimal numeral. */
function digit(code: i32): i32 {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57
}

function isNumeral(code: i32): bool {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code == 0x2b ||
    code == 0x2d ||
    code == 0x2e ||
    (code | 0x20) == 0x65
  )
}

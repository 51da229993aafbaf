import assert from 'node:assert/strict'

/** Bytes of an annotated dump, whose every line says where it starts. */
export function bytesOf(dump: string): Uint8Array {
  const all: number[] = []
  for (const line of dump.trimEnd().split('\n')) {
    const [, offset, hex = ''] =
      /^ *(\d+) {2}([0-9a-f]{2}(?: [0-9a-f]{2})*)(?: {2,}|$)/.exec(line) ?? []
    assert.equal(Number(offset), all.length, line)
    all.push(...hex.split(' ').map((byte) => Number.parseInt(byte, 16)))
  }
  return Uint8Array.from(all)
}

import binaryen from 'assemblyscript/binaryen'

/** The instructions of a module, as WebAssembly text. */
export function textOf(bytes: Uint8Array): string {
  const module = binaryen.readBinary(bytes)
  try {
    return module.emitText()
  } finally {
    module.dispose()
  }
}

/** `sock_open (i32,i32,i32)->i32` of every import from WASI, `other.name` of any other. */
export function importsOf(text: string): string[] {
  const types = new Map<string, string>()
  for (const [, name = '', signature = ''] of text.matchAll(/\(type (\S+) \(func([^\n]*)\)\)$/gm))
    types.set(name, signatureOf(signature))
  const found = text.matchAll(
    /\(import "([^"]+)" "([^"]+)" \(func \S+((?: \((?:type|param|result)[^)]*\))*)\)\)/g,
  )
  return Array.from(found, ([, module = '', name = '', declared = '']) => {
    if (module !== 'wasi_snapshot_preview1') return `${module}.${name}`
    const type = /\(type (\S+)\)/.exec(declared)?.[1] ?? ''
    return `${name} ${types.get(type) ?? signatureOf(declared)}`
  })
}

/** Lines with an instruction that makes WasmEdge 0.14 fall back to its interpreter when it is compiled ahead of time. */
export function voidedBy(text: string): string[] {
  return [...text.matchAll(/\bf(?:32|64)\.(?:min|max)\b/g)].map(([instruction]) => instruction)
}

function signatureOf(declared: string): string {
  const params = /\(param ([^)]*)\)/.exec(declared)?.[1] ?? ''
  const result = /\(result ([^)]*)\)/.exec(declared)?.[1] ?? ''
  const types = params.split(' ').filter((word) => !word.startsWith('$') && word !== '')
  return `(${types.join(',')})->${result}`
}

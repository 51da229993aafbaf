/**
 * So much of the WebAssembly JavaScript interface as is used here. The compiler's libraries know it only together with a browser's DOM, whose names we do not
 * want to be able to use by mistake; the types of Node.js do not have it.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
    static imports(module: Module): { readonly module: string; readonly name: string }[]
    static exports(module: Module): { readonly name: string; readonly kind: string }[]
  }
  class Instance {
    constructor(module: Module, imports?: object)
    /** Functions, memories, and globals, which have a `value`. */
    readonly exports: object
  }
  class Memory {
    /** In pages of 64 KiB. */
    constructor(size: { readonly initial: number; readonly maximum: number })
    /** Another one whenever the memory has grown. */
    readonly buffer: ArrayBuffer
  }
  class RuntimeError extends Error {}
}

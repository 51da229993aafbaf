/**
 * What the language brings and the compiler's libraries know only together with a browser's DOM, whose names we do not want to be
 * able to use by mistake: so much of WebAssembly as is used here.
 */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule
  readonly Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance
  /** In pages of 64 KiB. */
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory
}

export interface WasmModule {
  readonly __brand: 'WasmModule'
}

export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface WasmInstance {
  /** Functions, memories, and globals, which have a `value`. */
  readonly exports: Readonly<Record<string, unknown>>
}

export interface WasmMemory {
  /** Another one whenever the memory has grown. */
  readonly buffer: ArrayBuffer
}

export const webAssembly: WebAssemblyApi = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }
).WebAssembly

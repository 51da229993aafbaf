/** A file that a browser may ask for, as the worker hands it over. */
export interface ConsoleFile {
  /** The address, from the root of the server. */
  readonly path: string
  readonly type: string
  readonly body: Uint8Array
  /** The same, compressed: what travels, but to a client that cannot read it. */
  readonly gzip: Uint8Array
  /** Changes with the body. */
  readonly etag: string
}

/** What the console imports from packages, and under which address a browser gets it. Nothing else of `node_modules` is served. */
export const packageFiles: Readonly<
  Record<string, { readonly path: string; readonly file: string }>
> = {
  preact: { path: '/ui/packages/preact.js', file: 'preact/dist/preact.mjs' },
  'preact/hooks': { path: '/ui/packages/hooks.js', file: 'preact/hooks/dist/hooks.mjs' },
  htm: { path: '/ui/packages/htm.js', file: 'htm/dist/htm.mjs' },
  uplot: { path: '/ui/packages/uplot.js', file: 'uplot/dist/uPlot.esm.js' },
  'uplot/style': { path: '/ui/packages/uplot.css', file: 'uplot/dist/uPlot.min.css' },
}

/** Browsers know no `node_modules`: the name of a package becomes the address of its file. */
export function withAddresses(code: string): string {
  return code.replace(IMPORT, (whole, before: string, quote: string, name: string) => {
    const known = Object.hasOwn(packageFiles, name) ? packageFiles[name] : undefined
    return known === undefined ? whole : `${before}${quote}${known.path}${quote}`
  })
}

const IMPORT = /((?:\bfrom|\bimport)\s*)(['"])([a-z][a-z/]*)\2/g

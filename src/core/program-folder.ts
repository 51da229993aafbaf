/**
 * The folder that the program came in, with what is no code: rules, processors, examples, the console. As deep as this file lies, so does the code in a
 * bundle (`tools/build-bundle.ts`).
 */
export const PROGRAM_FOLDER = new URL('../../', import.meta.url)

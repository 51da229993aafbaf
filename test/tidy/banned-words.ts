import { type SourceFile, type Violation, isSource, violation } from './source-file.ts'

interface BannedWord {
  readonly word: string
  readonly pattern: RegExp
  readonly instead: string
  /** Folders where the word is at home. */
  readonly allowed: readonly string[]
}

/** Where time passes and the world is touched. Everywhere else the clock is a parameter. */
const RIM = [
  'src/mqtt/transport/',
  'src/store/',
  'src/policy/thread/',
  'src/simulator/',
  'src/edge/',
  'src/centre/',
  'src/cli/',
]
const COMMANDS = ['src/cli/']

export const BANNED_WORDS: readonly BannedWord[] = [
  { word: 'Date.now(', pattern: /\bDate\.now\(/g, instead: 'take a Clock', allowed: RIM },
  { word: 'new Date()', pattern: /\bnew Date\(\s*\)/g, instead: 'take a Clock', allowed: RIM },
  {
    word: 'performance.now(',
    pattern: /\bperformance\.(?:now\(|timeOrigin)/g,
    instead: 'take a Clock',
    allowed: RIM,
  },
  {
    word: 'Math.random(',
    pattern: /\bMath\.random\b/g,
    instead: 'take a Random from core/random.ts, seeded by the caller',
    allowed: [],
  },
  {
    word: 'setTimeout(',
    pattern: /(?<![\w.])(?:setTimeout|setInterval|setImmediate)\(/g,
    instead: 'return an action with the time it is due; the rim owns timers',
    allowed: [...RIM, 'src/api/'],
  },
  {
    word: 'new Error(',
    pattern: /\bnew (?:Type|Range|Syntax|Eval|URI|Aggregate)?Error\(/g,
    instead: 'throw a GridError with a code, or return the refusal',
    allowed: [],
  },
  {
    word: 'console.log(',
    pattern: /\bconsole\.\w+/g,
    instead: 'write to process.stdout or process.stderr in a command, or count it',
    allowed: [],
  },
  {
    word: 'process.exit(',
    pattern: /\bprocess\.exit\(/g,
    instead: 'set process.exitCode and let what is open be closed',
    allowed: COMMANDS,
  },
  {
    word: 'process.env',
    pattern: /\bprocess\.env\b/g,
    instead: 'take a setting from the composition',
    allowed: ['src/cli/', 'src/edge/', 'src/centre/'],
  },
  {
    word: 'export default',
    pattern: /\bexport default\b/g,
    instead: 'export it by its name',
    allowed: [],
  },
  { word: 'require(', pattern: /(?<![\w.])require\(/g, instead: 'import it', allowed: [] },
  {
    word: 'eval(',
    pattern: /(?<![\w.])eval\(|\bnew Function\(/g,
    instead: 'write the code that you mean',
    allowed: [],
  },
]

/** Words in a comment or a string do not count, tests are exempt. */
export function checkBannedWords(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = []
  for (const file of files) {
    if (!isSource(file.path)) continue
    for (const { word, pattern, instead, allowed } of BANNED_WORDS) {
      if (allowed.some((folder) => file.path.startsWith(folder))) continue
      for (const { index } of file.bare.matchAll(pattern)) {
        violations.push(violation(file, index, `${word} is banned here; ${instead}`))
      }
    }
  }
  return violations
}

/** A row as the driver gives it: numbers are asked for as `::float8`, JSON as `::text`. */
export type Row = Readonly<Record<string, unknown>>

export type Parameter = string | number | null

/** Runs one statement; `$1` is the first parameter. */
export type Query = (sql: string, parameters?: readonly Parameter[]) => Promise<readonly Row[]>

/** PostgreSQL, in this process or as a server. What is rejected with has the words of PostgreSQL. */
export interface Database {
  readonly query: Query
  /** What `work` did is on the disk when it resolves, or none of it has happened. */
  transact<Result>(work: (query: Query) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

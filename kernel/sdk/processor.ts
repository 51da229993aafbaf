import { Batch } from './batch.ts'
import { Json } from './json.ts'
import { StateReader, StateWriter } from './state.ts'
import { Point, Subject } from './subject.ts'

/** What a module computes. Its results may depend on nothing but what these methods are given, in the order they are given it. */
export abstract class Processor {
  /** Called once, before everything else; `settings` are those of the site file, `site` its entry `site`. */
  configure(_settings: Json, _site: Json): void {}

  /** Of the site file, all of them before the first reading; a device that the file does not have before its first point. */
  subject(_subject: Subject): void {}

  /** A point that the manifest says it reads, before its first reading. */
  point(_point: Point): void {}

  abstract process(batch: Batch): void

  /** About once a second. `now` is microseconds since 1970; it is written down, so that a replay has the same. */
  tick(_now: i64): void {}

  /** Writes all that later results depend on. */
  save(_state: StateWriter): void {}

  /** Reads what `save` wrote; called after `configure`, `subject` and `point`, before the first reading. */
  load(_state: StateReader): void {}
}

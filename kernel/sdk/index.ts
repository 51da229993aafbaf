export { Batch } from './batch.ts'
export { Json } from './json.ts'
export { STATE_END, STATE_START, STATE_UPDATE } from './layout.ts'
export { LINE_TO_PHASE, Network } from './network.ts'
export {
  NO_NAME,
  emitAggregate,
  emitDerived,
  emitEvent,
  name,
  nameOrNone,
  refuse,
  withField,
  withKey,
  withQuality,
  withRevision,
  withSeverity,
  withState,
  withValue,
  withWord,
} from './outputs.ts'
export { Processor } from './processor.ts'
export {
  BAD_REFERENCE,
  CLOCK_NOT_SYNCHRONISED,
  ESTIMATED,
  FAILURE,
  GOOD,
  INACCURATE,
  INCONSISTENT,
  INVALID,
  OLD_DATA,
  OPERATOR_BLOCKED,
  OSCILLATORY,
  OUT_OF_RANGE,
  OVERFLOW,
  QUESTIONABLE,
  SUBSTITUTED,
  TEST,
  TIME_OF_ARRIVAL,
  VALIDITY,
  isGood,
  isInvalid,
} from './quality.ts'
export { StateReader, StateWriter } from './state.ts'
export { Point, Subject } from './subject.ts'
export { Table } from './table.ts'
export { Window, Windows } from './windows.ts'
export { start } from './abi.ts'

/**
 * Where things lie in the memory that a processor and its host share: ABI version 1. One file that the AssemblyScript compiler and
 * Node.js both read, so it holds constants without types. All numbers are little-endian; every column and record begins at a multiple
 * of 8 bytes. docs/processor-abi.md draws it.
 */
export const ABI_VERSION = 1

/** Rows of one `process` at most. The first `alloc` of an instance is the memory of the batch: BATCH_BYTES. */
export const BATCH_ROWS = 4096
export const TIMES_AT = 0
export const VALUES_AT = 8 * BATCH_ROWS
export const POINTS_AT = 16 * BATCH_ROWS
export const QUALITIES_AT = 20 * BATCH_ROWS
export const BATCH_BYTES = 22 * BATCH_ROWS

/** What `outputs` and `snapshot` point at begins with these, then come the records, or the bytes of the snapshot. */
export const LENGTH_AT = 0
/** Records that found no room, u32. */
export const DROPPED_AT = 4
export const CONTENT_AT = 8

/** A record: its length in bytes (u32, with the fields), its kind (u8), state or severity and so on. */
export const RECORD_LENGTH_AT = 0
export const RECORD_KIND_AT = 4
export const RECORD_STATE_AT = 5
export const RECORD_SEVERITY_AT = 6
export const RECORD_FIELDS_AT = 7
export const RECORD_NAME_AT = 8
export const RECORD_SUBJECT_AT = 12
/** i64 microseconds: of the reading, or where the aggregate or the event begins. */
export const RECORD_TIME_AT = 16
/** i64 microseconds, exclusive: where it ends; 0 for an event that goes on. */
export const RECORD_END_AT = 24
export const RECORD_VALUE_AT = 32
export const RECORD_KEY_AT = 40
export const RECORD_REVISION_AT = 44
export const RECORD_QUALITY_AT = 48
export const RECORD_BYTES = 56

/** A field behind its record: name (u32), kind (u32: a number, or the number of a word), then f64 or u32. */
export const FIELD_NAME_AT = 0
export const FIELD_KIND_AT = 4
export const FIELD_VALUE_AT = 8
export const FIELD_BYTES = 16
export const FIELD_NUMBER = 0
export const FIELD_WORD = 1

export const KIND_DERIVED = 1
export const KIND_AGGREGATE = 2
export const KIND_EVENT = 3
/** Defines a name: its number at RECORD_NAME_AT, its bytes in UTF-8 (u32) at TEXT_LENGTH_AT, the text at TEXT_AT, padded to 8. */
export const KIND_NAME = 4
/** Why `configure` refused; the text lies as in a name. */
export const KIND_REFUSAL = 5
export const TEXT_LENGTH_AT = 12
export const TEXT_AT = 16

export const STATE_START = 1
export const STATE_UPDATE = 2
export const STATE_END = 3

/** What one call may put out. */
export const OUTPUT_BYTES = 1 << 20
/** Distinct names of one instance. */
export const NAMES = 4096
export const NAME_BYTES = 128
export const FIELDS = 32

export const CODE_DONE = 0
export const CODE_REFUSED = 1

import { BATCH_BYTES, CODE_DONE } from '../sdk/layout.ts'
import { alloc, configure } from '../sdk/abi.ts'
import { Json, parseJson } from '../sdk/json.ts'
import { variable } from './environment.ts'
import { startTogether } from './hosted.ts'
import { isJson } from './json-text.ts'
import { fail } from './log.ts'
import { NameTable } from './name-table.ts'
import { sayRefusal } from './refusal.ts'

/** Subjects of the site and devices that were heard of: twice what a site may have. */
const SUBJECTS: u32 = 40000
const NAME_BYTES: u32 = 128
const subjects: NameTable = new NameTable(SUBJECTS)
const kinds: Array<string> = []
/** As JSON. */
const newSubjects: Array<string> = []
const newPoints: Array<string> = []
const DEVICE: u32 = 0
const OTHER: u32 = 1

/** The memory of the batch; the ABI has it first. */
export const BATCH: usize = alloc(BATCH_BYTES)

/** Configures the processors from the environment. Subjects are as `configure` has them: numbered from 0, an entry is JSON in a string. */
export function configureProcessors(): void {
  startTogether()
  const settings = jsonVariable('PROCESSOR_SETTINGS', '{}')
  const site = jsonVariable('PROCESSOR_SITE', '{}')
  const listed = jsonVariable('PROCESSOR_SUBJECTS', '[]')
  const list = parseJson(listed)
  for (let index = 0; index < list.length; index++) addListed(list.at(index), index)
  tell(`{"settings":${settings},"site":${site},"subjects":${listed}}`)
}

/** The number of the device. -1: there is no room. */
export function subjectOf(at: usize, bytes: u32): i32 {
  const known = subjects.find(DEVICE, at, bytes)
  if (known >= 0) return known
  const number = subjects.add(DEVICE, at, bytes)
  if (number < 0) return number
  kinds.push('device')
  newSubjects.push(
    `{"number":${number},"kind":"device","id":"${subjects.text(number)}","entry":"null"}`,
  )
  return number
}

export function addPoint(number: u32, subject: u32, quantity: string): void {
  newPoints.push(`{"number":${number},"subject":${subject},"quantity":"${quantity}","unit":""}`)
}

/** How many points the processors have not been told of. */
export function newcomers(): i32 {
  return newPoints.length
}

/** Before their first reading. The ABI may collect garbage meanwhile, so nothing of ours but numbers may be on the stack. */
export function introduceNewcomers(): void {
  if (newPoints.length == 0) return
  tell(`{"subjects":[${newSubjects.join(',')}],"points":[${newPoints.join(',')}]}`)
  newSubjects.length = 0
  newPoints.length = 0
}

export function subjectAt(number: u32): usize {
  assert(number < subjects.count)
  return subjects.at(number)
}

/** `device`, `feeder` and so on. */
export function subjectKind(number: u32): string {
  return kinds[number]
}

export function subjectBytes(number: u32): usize {
  return subjects.bytes(number)
}

/** A name that may stand in a topic: what the edge takes from a device (src/edge/ingest.ts). */
export function isName(at: usize, bytes: u32): bool {
  if (bytes == 0 || bytes > NAME_BYTES) return false
  for (let index: usize = 0; index < <usize>bytes; index++) {
    const byte = load<u8>(at + index)
    const letter = byte | 0x20
    const isPlain =
      (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x2d && byte <= 0x3a && byte != 0x2f)
    if (!isPlain && byte != 0x5f) return false
  }
  return true
}

function addListed(entry: Json, index: i32): void {
  const id = String.UTF8.encode(entry.get('id').text(''))
  const isInOrder = entry.get('number').number(-1) == <f64>index
  if (!isInOrder || !isName(changetype<usize>(id), id.byteLength)) {
    fail(
      'PROCESSOR_SUBJECTS needs number, counted from 0, kind, id of 1 to 128 of A-Z a-z 0-9 . _ : - and entry',
    )
  }
  const kind = entry.get('kind').text('')
  const owner = kind == 'device' ? DEVICE : OTHER
  kinds.push(kind)
  if (subjects.add(owner, changetype<usize>(id), id.byteLength) < 0)
    fail('PROCESSOR_SUBJECTS has too many')
}

/** Checked before the SDK reads it, which trusts its host. */
function jsonVariable(name: string, otherwise: string): string {
  const text = variable(name, otherwise)
  const bytes = String.UTF8.encode(text, true)
  if (!isJson(changetype<usize>(bytes))) fail(name + ' is not JSON')
  return text
}

function tell(text: string): void {
  const bytes = String.UTF8.byteLength(text)
  const at = alloc(bytes)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at)
  if (configure(at, bytes) == CODE_DONE) return
  sayRefusal()
  fail('a processor refuses its configuration')
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Questions } from './question.ts'
import { ExportRecord, type RecordContent } from './record.ts'

const content: RecordContent = {
  kind: 'power.active/900',
  subject: { kind: 'feeder', id: 'f1' },
  windowSeconds: 900,
  members: 12,
  fields: { mean: 4.5, max: 9.1 },
}

test('each maker gives its own class, and names of fields come in order', () => {
  assert.equal(
    ExportRecord.aggregate(content).shape,
    '{"class":"aggregate","kind":"power.active/900","subject":{"kind":"feeder","id":"f1"},"window":900,"members":12,"fields":["max","mean"]}',
  )
  const makers = [
    'raw',
    'waveform',
    'aggregate',
    'event',
    'quality',
    'health',
    'inventory',
  ] as const
  for (const name of makers) {
    assert.ok(ExportRecord[name](content).shape.startsWith(`{"class":"${name}"`))
  }
})

test('no value, and no customer, is part of what is asked', () => {
  const subject = { kind: 'customer', id: 'C-4711' } as const
  const { shape } = ExportRecord.event({ ...content, subject, fields: { mean: 231.2175 } })
  assert.ok(!shape.includes('4711') && !shape.includes('231'))
})

test('an object of the same form is none', () => {
  const record = ExportRecord.raw(content)
  assert.ok(ExportRecord.isOne(record))
  const { subject, fields, shape } = record
  const imitation: unknown = { subject, fields, shape }
  assert.ok(!ExportRecord.isOne(imitation))
  assert.ok(!ExportRecord.isOne(Object.create(record)))
  assert.ok(!ExportRecord.isOne(undefined))
})

test('fields within fields are refused: nobody would see their names', () => {
  const nested = { inner: { customer: 'x' } } as unknown as RecordContent['fields']
  assert.throws(() => ExportRecord.event({ ...content, fields: nested }), /no fields of its own/)
  const list = { inner: [{ customer: 'x' }] } as unknown as RecordContent['fields']
  assert.throws(() => ExportRecord.event({ ...content, fields: list }), /no fields of its own/)
})

test('the question: what is local is processed, everything else is exported', () => {
  const record = ExportRecord.health({ ...content, kind: 'k', fields: {} })
  const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const
  assert.deepEqual(JSON.parse(new Questions('ss-1', road).about(record)), {
    action: 'export',
    data_stays_local: false,
    destination: 'centre',
    channel: 'uplink',
    principal: 'centre',
    site: 'ss-1',
    record: {
      class: 'health',
      kind: 'k',
      subject: { kind: 'feeder', id: 'f1' },
      window: 900,
      members: 12,
      fields: [],
    },
  })
  const here = new Questions('s', { ...road, destination: 'local' }).about(record)
  assert.ok(
    here.startsWith('{"action":"process_data","data_stays_local":true,"destination":"local"'),
  )
})

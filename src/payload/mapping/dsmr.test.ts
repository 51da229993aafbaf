import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quality } from '../../core/quality.ts'
import { ARRIVAL, newDraft, newNames, rowsOf } from '../test-stand.ts'
import { crc16 } from './crc16.ts'
import { readTelegram } from './dsmr.ts'

/** The example of DSMR 5.0.2, P1 companion standard, 6.12. */
const EXAMPLE = `/ISk5\\2MT382-1000

1-3:0.2.8(50)
0-0:1.0.0(101209113020W)
0-0:96.1.1(4B384547303034303436333935353037)
1-0:1.8.1(123456.789*kWh)
1-0:1.8.2(123456.789*kWh)
1-0:2.8.1(123456.789*kWh)
1-0:2.8.2(123456.789*kWh)
0-0:96.14.0(0002)
1-0:1.7.0(01.193*kW)
1-0:2.7.0(00.000*kW)
0-0:96.7.21(00004)
0-0:96.7.9(00002)
1-0:99.97.0(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(101208151004W)(0000000301*s)
1-0:32.32.0(00002)
1-0:52.32.0(00001)
1-0:72.32.0(00000)
1-0:32.36.0(00000)
1-0:52.36.0(00003)
1-0:72.36.0(00000)
0-0:96.13.0(${'303132333435363738393A3B3C3D3E3F'.repeat(5)})
1-0:32.7.0(220.1*V)
1-0:52.7.0(220.2*V)
1-0:72.7.0(220.3*V)
1-0:31.7.0(001*A)
1-0:51.7.0(002*A)
1-0:71.7.0(003*A)
1-0:21.7.0(01.111*kW)
1-0:41.7.0(02.222*kW)
1-0:61.7.0(03.333*kW)
1-0:22.7.0(04.444*kW)
1-0:42.7.0(05.555*kW)
1-0:62.7.0(06.666*kW)
0-1:24.1.0(003)
0-1:96.1.0(3232323241424344313233343536373839)
0-1:24.2.1(101209112500W)(12785.123*m3)
!E47C
`.replaceAll('\n', '\r\n')

function read(text: string): {
  outcome: string
  complaint: string
  lines: string[]
  times: number[]
} {
  const draft = newDraft()
  const names = newNames()
  const outcome = readTelegram(Buffer.from(text, 'latin1'), {
    names,
    draft,
    device: 'd',
    now: ARRIVAL,
  })
  const rows = rowsOf(draft, names)
  const lines = rows.map(
    ({ name, value, bits }) => `${name} ${value}${bits === 0 ? '' : ` ${bits}`}`,
  )
  return { outcome, complaint: draft.complaint, lines, times: rows.map(({ time }) => time) }
}

/** Lines between the identification and a CRC that is right. */
function telegram(...lines: string[]): string {
  const body = ['/ISK5\\2M550T-1012', '', ...lines, '!'].join('\r\n')
  return `${body}${crc16(Buffer.from(body)).toString(16).toUpperCase().padStart(4, '0')}\r\n`
}

describe('a DSMR telegram', () => {
  test('of the standard: registers, tariffs and their sum, import minus export, counters', () => {
    const { outcome, complaint, lines, times } = read(EXAMPLE)
    assert.equal(outcome, 'ok', complaint)
    assert.deepEqual(lines, [
      'energy.active.import kWh 246913.578',
      'energy.active.import.tariff1 kWh 123456.789',
      'energy.active.import.tariff2 kWh 123456.789',
      'energy.active.export kWh 246913.578',
      'energy.active.export.tariff1 kWh 123456.789',
      'energy.active.export.tariff2 kWh 123456.789',
      'power.active kW 1.193',
      'voltage.a V 220.1',
      'current.a A 1',
      'power.active.a kW -3.333',
      'dips.voltage.a 2',
      'swells.voltage.a 0',
      'voltage.b V 220.2',
      'current.b A 2',
      'power.active.b kW -3.333',
      'dips.voltage.b 1',
      'swells.voltage.b 3',
      'voltage.c V 220.3',
      'current.c A 3',
      'power.active.c kW -3.333',
      'dips.voltage.c 0',
      'swells.voltage.c 0',
      'interruptions 4',
      'interruptions.long 2',
    ])
    for (const time of times) assert.equal(time, Date.parse('2010-12-09T10:30:20Z') * 1000)
  })

  test('in summer; of a meter that knows the total; without a time', () => {
    const summer = read(telegram('0-0:1.0.0(260715083000S)', '1-0:32.7.0(230.4*V)'))
    assert.deepEqual(summer.lines, ['voltage.a V 230.4'])
    assert.equal(summer.times[0], Date.parse('2026-07-15T06:30:00Z') * 1000)
    const total = read(telegram('1-0:1.8.0(000012.345*kWh)', '1-0:3.8.0(000001.000*kvarh)'))
    assert.deepEqual(total.lines, [
      `energy.active.import kWh 12.345 ${quality.timeOfArrival}`,
      `energy.reactive.import kvarh 1 ${quality.timeOfArrival}`,
    ])
  })

  test('with one byte changed, or cut, is refused: the CRC is that of CRC-16/ARC', () => {
    assert.equal(crc16(Buffer.from('123456789')), 0xbb3d)
    for (const [text, complaint] of [
      [EXAMPLE.replace('220.1', '229.1'), /^the CRC is wrong/],
      [EXAMPLE.replaceAll('\r\n', '\n'), /^the CRC is wrong/],
      [EXAMPLE.slice(0, 500), /^no telegram/],
      [EXAMPLE.slice(500), /^no telegram/],
      [EXAMPLE.replace('!E47C', '!'), /^no CRC/],
      [EXAMPLE.replace('!E47C', '!E47'), /^no CRC/],
      ['', /^no telegram/],
      ['!/', /^no telegram/],
      [telegram('0-0:1.0.0(260715083000)', '1-0:32.7.0(230.4*V)'), /YYMMDDhhmmss/],
      [telegram('0-0:1.0.0(260230083000W)', '1-0:32.7.0(230.4*V)'), /YYMMDDhhmmss/],
      [telegram('1-0:32.7.0(high*V)'), /^1-0:32\.7\.0 is not a number/],
      [telegram('1-0:1.7.0(1.5*kW)', '1-0:2.7.0(100*W)'), /another unit/],
      [telegram('1-0:99.1.0(1)'), /^a telegram without a register/],
    ] as const) {
      const { outcome, complaint: heard } = read(text)
      assert.equal(outcome, 'unreadable', text.slice(0, 80))
      assert.match(heard, complaint)
    }
    assert.equal(read(EXAMPLE.replace('E47C', 'e47c')).outcome, 'ok')
  })
})

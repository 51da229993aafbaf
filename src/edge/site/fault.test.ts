import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { HEAD, faultsOf } from './site-text.test.ts'

interface Trial {
  readonly what: string
  readonly text: string
  readonly faults: readonly string[]
}

const SYNTAX: readonly Trial[] = [
  { what: 'nothing at all', text: '', faults: ['S:1:1: a map of keys is needed, not nothing'] },
  { what: 'a list', text: '- site', faults: ['S:1:1: a map of keys is needed, not a list'] },
  {
    what: 'a tab',
    text: 'site:\n\tid: s1\n',
    faults: ['S:2:1: a tab; indent with spaces'],
  },
  {
    what: 'a bracket left open',
    text: 'site: {id: s1\n',
    faults: ['S:2:1: Flow map in block collection must be sufficiently indented and end with a }'],
  },
  {
    what: 'lines that end as on Windows count once',
    text: `${HEAD.replaceAll('\n', '\r\n')}x: 1\r\n`,
    faults: ['S:12:1: x: unknown key'],
  },
  {
    what: 'a second document',
    text: `${HEAD}---\na: 1\n`,
    faults: ['S:12:1: a second document; a site file is one'],
  },
  {
    what: 'keys given twice, at any depth',
    text: `${HEAD}access: { anonymous: true, anonymous: true }\nfeeders: []\n`,
    faults: ['S:12:28: anonymous: given twice', 'S:13:1: feeders: given twice'],
  },
  {
    what: 'a key that is no text',
    text: `${HEAD}5: 6\n? [a]\n: 7\n`,
    faults: ['S:12:1: a key that is not text', 'S:13:3: a key that is not text'],
  },
  {
    what: 'an alias, before it can multiply, of something or of nothing',
    text: `${HEAD}devices: &a [*a, *b]\naccess: {}\naccess: {}`,
    faults: [
      'S:12:14: an alias; write out what it stands for',
      'S:12:18: an alias; write out what it stands for',
    ],
  },
  {
    what: 'a tag of its own',
    text: `${HEAD}unknownDevices: !secret refuse\n`,
    faults: ['S:12:17: a tag that a site file does not have'],
  },
  {
    what: 'bytes that are no text',
    text: `# 110\uFFFDkV\n${HEAD}`,
    faults: ['S:1:6: a character that is not UTF-8'],
  },
  {
    what: 'a key that JavaScript would take for something else',
    text: `${HEAD}__proto__: { anonymous: true }\n`,
    faults: ['S:12:1: __proto__: unknown key'],
  },
]

const SHAPE: readonly Trial[] = [
  {
    what: 'unknown keys, with the one that was meant',
    text: `transfomers: []\n${HEAD}access: { anonymus: true, colour: red }\n`,
    faults: [
      'S:1:1: transfomers: unknown key, did you mean transformers?',
      'S:13:11: access.anonymus: unknown key, did you mean anonymous?',
      'S:13:27: access.colour: unknown key',
    ],
  },
  {
    what: 'unknown keys inside of lists',
    text: `${HEAD}devices:\n  - id: m1\n    knd: meter\n`,
    faults: [
      'S:13:5: devices[0].kind: missing',
      'S:14:5: devices[0].knd: unknown key, did you mean kind?',
    ],
  },
  {
    what: 'what must be there',
    text: 'site:\n  id: s1\n',
    faults: [
      'S:2:3: site.name: missing',
      'S:2:3: site.frequencyHz: missing',
      'S:2:3: site.limits: missing',
    ],
  },
  {
    what: 'wrong kinds of value',
    text: `${HEAD}access: { anonymous: yes }\ndevices:\nunknownDevices: [refuse]\n`,
    faults: [
      'S:12:22: access.anonymous: true or false is needed, not "yes"',
      'S:13:9: devices: a list is needed, not nothing',
      'S:14:17: unknownDevices: a list is none of quarantine, refuse',
    ],
  },
  {
    what: 'words that are none of the choices',
    text: HEAD.replace('ONAN', 'ONA').replace('gbt', 'iec').replace('50', '55'),
    faults: [
      'S:4:16: site.frequencyHz: 55 is none of 50, 60',
      'S:5:11: site.limits: "iec" is none of gbt, en50160',
      'S:10:57: transformers[0].cooling: "ONA" is none of ONAN, ONAF, OF, OD, did you mean ONAN?',
    ],
  },
  {
    what: 'numbers out of bounds',
    text: `${HEAD.replace('110e3', '-1').replace('40e6', '.inf')}devices:
  - { id: m1, kind: meter, intervalMs: 1.5, nominal: { voltageV: 0 } }
  - { id: m2, kind: meter, intervalMs: 9 }
  - { id: m3, kind: meter, intervalMs: 1e9 }
`,
    faults: [
      'S:7:25: voltageLevels[0].nominalV: -1; more than 0 is needed',
      'S:10:42: transformers[0].ratedVa: a number is needed, not Infinity',
      'S:13:40: devices[0].intervalMs: a whole number is needed, not 1.5',
      'S:13:66: devices[0].nominal.voltageV: 0; more than 0 is needed',
      'S:14:40: devices[1].intervalMs: 9; at least 10 is needed',
      'S:15:40: devices[2].intervalMs: 1000000000; at most 86400000 is needed',
    ],
  },
  {
    what: 'names that cannot stand in a topic',
    text: `${HEAD.replace('id: s1', 'id: S 1').replace('id: hv', 'id: 110')}devices:
  - { id: a/b, kind: meter }
  - { id: "+", kind: meter }
  - { id: "", kind: meter }
`,
    faults: [
      'S:2:7: site.id: a site id has 1 to 64 characters of a-z 0-9 -',
      'S:7:11: voltageLevels[0].id: text is needed, not 110',
      'S:10:21: transformers[0].from: "hv" is not in voltageLevels, did you mean mv?',
      ...[13, 14, 15].map(
        (line) =>
          `S:${line}:11: devices[${line - 13}].id: an id has characters of A-Z a-z 0-9 . _ : - and ranges such as {001..125}`,
      ),
    ],
  },
  {
    what: 'a name without a letter',
    text: HEAD.replace('name: Site 1', 'name: ""'),
    faults: ['S:3:9: site.name: at least 1 characters are needed'],
  },
]

const REFERENCES: readonly Trial[] = [
  {
    what: 'names given twice',
    text: `${HEAD.replace('id: mv', 'id: hv')}devices:
  - { id: "m{1..3}", kind: meter }
  - { id: m2, kind: meter }
`,
    faults: [
      'S:8:11: voltageLevels[1].id: "hv" is given twice',
      'S:10:29: transformers[0].to: "mv" is not in voltageLevels, did you mean hv?',
      'S:11:35: feeders[0].voltageLevel: "mv" is not in voltageLevels, did you mean hv?',
      'S:14:11: devices[1].id: "m2" is given twice',
    ],
  },
  {
    what: 'devices at places that are not there, or at two',
    text: `${HEAD}devices:
  - { id: m1, kind: meter, feeder: f2 }
  - { id: "m{2..3}", kind: meter, transformer: "t{2..3}" }
  - { id: m4, kind: meter, feeder: f1, voltageLevel: mv }
  - { id: m5, kind: meter, feeder: "f{1..2}" }
`,
    faults: [
      'S:13:36: devices[0].feeder: "f2" is not in feeders, did you mean f1?',
      'S:14:48: devices[1].transformer: "t2" is not in transformers, did you mean t1?',
      'S:14:48: devices[1].transformer: "t3" is not in transformers, did you mean t1?',
      'S:15:54: devices[2].voltageLevel: feeder already says where the device hangs',
      'S:16:36: devices[3].feeder: "f{1..2}" is not in feeders',
    ],
  },
  {
    what: 'a transformer that leads nowhere, a feeder at the wrong one',
    text: `${HEAD.replace('to: mv', 'to: hv')}`,
    faults: [
      'S:10:29: transformers[0].to: the same voltage level as from',
      'S:11:52: feeders[0].transformer: transformer "t1" has no end at voltage level "mv"',
    ],
  },
  {
    what: 'a head that is no device',
    text: `${HEAD.replace('{ id: f1,', '{ id: f1, head: f1-rtuu,')}devices:
  - { id: f1-rtu, kind: rtu, feeder: f1 }
`,
    faults: ['S:11:27: feeders[0].head: "f1-rtuu" is not in devices, did you mean f1-rtu?'],
  },
  {
    what: 'ranges that are too long, or run backwards',
    text: `${HEAD}devices:
  - { id: "a{2..1}", kind: meter }
  - { id: "b{1..200}-{1..200}", kind: meter }
  - { id: "c{1..20000}", kind: meter }
  - { id: d, kind: meter }
`,
    faults: [
      'S:13:11: devices[0].id: {2..1}: a range begins with its smaller number',
      'S:14:11: devices[1].id: more than 20000 devices',
      'S:16:5: devices[3]: with those before it more than 20000 devices',
    ],
  },
  {
    what: 'an id that is too long once it is written out',
    text: `${HEAD}devices: [{ id: "${'x'.repeat(126)}{98..101}", kind: meter }]`,
    faults: ['S:12:17: devices[0].id: an id has at most 128 characters'],
  },
  {
    what: 'faults of every kind at once, in the order of the file',
    text: `${HEAD}devices: [{ id: m1, kind: metre, feeder: f9 }]\nunknownDevices: drop\nunknownDevices: keep`,
    faults: [
      'S:12:27: devices[0].kind: "metre" is none of meter, rtu, pmu, pq-meter, transformer-monitor, concentrator, did you mean meter?',
      'S:12:42: devices[0].feeder: "f9" is not in feeders, did you mean f1?',
      'S:13:17: unknownDevices: "drop" is none of quarantine, refuse',
      'S:14:1: unknownDevices: given twice',
    ],
  },
]

const LISTENERS: readonly Trial[] = [
  {
    what: 'addresses that are none, files that are missing',
    text: `${HEAD}listeners:
  tls: { address: 8883, key: k }
  webSocket: { address: "edge:ws", origins: [ops.example] }
  pipe: { address: ":1883" }
`,
    faults: [
      'S:13:8: listeners.tls.certificate: missing',
      'S:13:19: listeners.tls.address: text is needed, not 8883',
      'S:14:25: listeners.webSocket.address: an address is HOST:PORT, or :PORT for every interface',
      'S:14:46: listeners.webSocket.origins[0]: an origin is https://HOST, or * for all',
      'S:15:3: listeners.pipe: unknown key',
    ],
  },
  {
    what: 'ports beyond the last',
    text: `${HEAD}listeners: { webSocket: { address: ":65536" } }\n`,
    faults: ['S:12:36: listeners.webSocket.address: a port is a number up to 65535'],
  },
  {
    what: 'an address at which two would listen',
    text: `${HEAD}listeners:
  tls: { address: :8883, certificate: c, key: k }
  webSocket: { address: :8883 }
`,
    faults: ['S:14:25: listeners.webSocket.address: listeners.tls is there already'],
  },
  {
    what: 'keys that ask for others',
    text: `${HEAD}listeners:
  tls: { address: :8883, certificate: c, key: k, clientCertificates: required }
  webSocket: { address: :8083, key: k, minimumVersion: TLSv1.2, clientCa: ca }
`,
    faults: [
      'S:13:70: listeners.tls.clientCertificates: clientCa is needed to judge them',
      'S:14:37: listeners.webSocket.key: certificate is needed as well',
      'S:14:56: listeners.webSocket.minimumVersion: certificate is needed as well',
      'S:14:75: listeners.webSocket.clientCa: nobody is asked for a certificate; see clientCertificates',
      'S:14:75: listeners.webSocket.clientCa: certificate is needed as well',
    ],
  },
  {
    what: 'a certificate without its key, versions of TLS that are not spoken',
    text: `${HEAD}listeners:
  webSocket: { address: :8083, certificate: c, minimumVersion: TLSv1.1 }
`,
    faults: [
      'S:13:45: listeners.webSocket.certificate: key is needed as well',
      'S:13:64: listeners.webSocket.minimumVersion: "TLSv1.1" is none of TLSv1.2, TLSv1.3, did you mean TLSv1.2?',
    ],
  },
]

for (const [kind, trials] of Object.entries({ SYNTAX, SHAPE, REFERENCES, LISTENERS })) {
  describe(`faults: ${kind.toLowerCase()}`, () => {
    for (const { what, text, faults } of trials) {
      test(what, () => assert.deepEqual(faultsOf(text), faults))
    }
  })
}

describe('faults: size', () => {
  test('a text that is too long is not read', () => {
    const [fault = ''] = faultsOf(`# ${'x'.repeat(limits.siteFileBytes)}`)
    assert.match(fault, /^S:1:1: 4194306 bytes; a site file has at most 4194304$/)
  })

  test('nesting that would exhaust the stack is one fault', () => {
    for (const deep of ['['.repeat(20_000), '{a: '.repeat(20_000), '- '.repeat(20_000)]) {
      const faults = faultsOf(`devices: ${deep}`.replace(': - ', ':\n- '))
      assert.equal(faults.length, 1)
      assert.match(faults[0] ?? '', /^S:\d+:\d+: nested too deeply$/)
    }
  })

  test('fifty thousand keys and their faults take no square of time', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join('\n')
    const begin = performance.now()
    assert.equal(faultsOf(`${HEAD}${keys}\n`).length, 50_000)
    assert.ok(performance.now() - begin < 5000)
  })
})

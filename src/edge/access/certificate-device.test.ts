import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOfCertificate } from './certificate-device.ts'

const isDevice = (id: string): boolean => id === 'm1' || id === 'm2'

test('the device that a certificate stands for', () => {
  const cases: readonly [string, readonly string[], string | undefined][] = [
    ['m1', [], 'm1'],
    ['', ['DNS:m2', 'IP:10.0.0.1'], 'm2'],
    ['edge', ['URI:m1'], 'm1'],
    ['m1', ['DNS:m1', 'URI:m1'], 'm1'],
    ['m1', ['DNS:m2'], undefined],
    ['M1', [], undefined],
    ['', ['email:m1', 'IP:m1', 'm1', 'DNS:'], undefined],
    ['', [], undefined],
  ]
  for (const [commonName, subjectAltNames, expected] of cases) {
    assert.equal(deviceOfCertificate({ commonName, subjectAltNames }, isDevice), expected)
  }
  assert.equal(deviceOfCertificate(undefined, isDevice), undefined)
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  allowsPublish,
  allowsSubscribe,
  covers,
  deviceRights,
  edgeNodeRights,
  isServers,
} from './topic-rights.ts'

describe('topic rights', () => {
  for (const [allowed, wanted, expected] of [
    ['a/b', 'a/b', true],
    ['a/b', 'a/c', false],
    ['a/b', 'a', false],
    ['a/b', 'a/b/c', false],
    ['a/b', 'a/+', false],
    ['a/b', 'a/#', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/+', true],
    ['a/+', 'a/#', false],
    ['a/+', 'a/b/c', false],
    ['a/+/c', 'a/+/c', true],
    ['a/+/c', 'a/b/#', false],
    ['a/#', 'a', true],
    ['a/#', 'a/#', true],
    ['a/#', 'a/b/+/#', true],
    ['a/#', 'ab', false],
    ['a/#', '#', false],
    ['a/#', '+/b', false],
    ['#', '#', true],
    ['#', '+/b', true],
    ['#', '$SYS/#', false],
    ['+/a', '$SYS/a', false],
    ['$SYS/#', '$SYS/broker/#', true],
  ] as const) {
    test(`${allowed} ${expected ? 'covers' : 'does not cover'} ${wanted}`, () => {
      assert.equal(covers(allowed, wanted), expected)
    })
  }

  test('a device has its own name, and no longer one that begins like it', () => {
    const rights = deviceRights('m1')
    assert.ok(allowsPublish(rights, 'grid/m1/readings'))
    assert.ok(!allowsPublish(rights, 'grid/m10/readings'))
    assert.ok(!allowsPublish(rights, 'grid/m2/readings'))
    assert.ok(!allowsPublish(rights, 'other'))
    assert.ok(allowsSubscribe(rights, 'grid/m1/commands/#'))
    assert.ok(allowsSubscribe(rights, 'grid/m1/commands/read'))
    assert.ok(!allowsSubscribe(rights, 'grid/m1/#'))
    assert.ok(!allowsSubscribe(rights, 'grid/+/commands/#'))
    assert.ok(!allowsSubscribe(rights, '#'))
  })

  test('an edge node of Sparkplug speaks for its devices, not for another node', () => {
    const rights = edgeNodeRights('n1')
    for (const topic of ['NBIRTH/n1', 'NDEATH/n1', 'DDATA/n1/d1']) {
      assert.ok(allowsPublish(rights, `spBv1.0/g/${topic}`), topic)
    }
    for (const topic of ['NBIRTH/n2', 'NCMD/n1', 'DCMD/n1/d1', 'DDATA/n2/n1']) {
      assert.ok(!allowsPublish(rights, `spBv1.0/g/${topic}`), topic)
    }
    assert.ok(allowsPublish(rights, 'grid/n1/readings'))
    for (const filter of ['g/NCMD/n1', 'g/NCMD/n1/#', 'g/DCMD/n1/+', 'STATE/host']) {
      assert.ok(allowsSubscribe(rights, `spBv1.0/${filter}`), filter)
    }
    assert.ok(!allowsSubscribe(rights, 'spBv1.0/g/NCMD/+'))
    assert.ok(!allowsSubscribe(rights, 'spBv1.0/g/NDATA/n1'))
  })

  test('commands, alarms and what the edge says of itself are its own, requests are not', () => {
    for (const topic of [
      'grid/m1/commands',
      'grid/m1/commands/read',
      'grid/alarms',
      'grid/alarms/1',
      'edge/health',
    ]) {
      assert.ok(isServers(topic), topic)
    }
    for (const topic of ['edge/commands/m1', 'grid/alarms1/readings', 'grid/m1/alarms', 'grid/m1'])
      assert.ok(!isServers(topic), topic)
  })
})

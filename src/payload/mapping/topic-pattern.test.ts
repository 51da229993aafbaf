import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf, parseTopicPattern } from './topic-pattern.ts'

function device(text: string, topic: string, level?: number): string | undefined {
  const pattern = parseTopicPattern(text, level)
  assert.ok(typeof pattern !== 'string', text)
  return deviceOf(topic, pattern)
}

test('a level names the device: the first +, or the one that is told', () => {
  assert.equal(device('tele/+/SENSOR', 'tele/plug-7/SENSOR'), 'plug-7')
  assert.equal(device('+/events/rpc', 'shelly-1/events/rpc'), 'shelly-1')
  assert.equal(device('/neuron/+/+/+', '/neuron/app/plc/fast', 4), 'plc')
  assert.equal(device('a/+', 'a/'), '')
  for (const topic of ['tele/plug-7/STATE', 'tele/plug-7', 'tele/a/b/SENSOR', 'x/plug-7/SENSOR']) {
    assert.equal(device('tele/+/SENSOR', topic), undefined, topic)
  }
})

test('a pattern that cannot work says why', () => {
  for (const [text, level, complaint] of [
    ['tele/plug/SENSOR', undefined, 'no level is +, which names the device'],
    ['tele/#', undefined, 'a level is + or a name without + and #'],
    ['tele/a+/x', undefined, 'a level is + or a name without + and #'],
    ['grid/+/readings', undefined, 'topics under grid/ have a meaning already'],
    ['$SYS/+', undefined, 'topics under $SYS/ have a meaning already'],
    ['spBv1.0/+/x', undefined, 'topics under spBv1.0/ have a meaning already'],
    ['a/+/b', 3, 'level 3 is not +'],
    ['a/+/b', 9, 'level 9 is not +'],
  ] as const) {
    assert.equal(parseTopicPattern(text, level), complaint)
  }
})

import { process, tick } from '../sdk/abi.ts'
import { pay, stamp } from './acknowledgements.ts'
import { elapsedMs, jitter, wallMicros } from './clock.ts'
import { Login } from './connect-packet.ts'
import { counts } from './counts.ts'
import { numberVariable, readEnvironment, variable } from './environment.ts'
import { fill, grow, isFull } from './input.ts'
import { endLine, fail, put, putNumber, say } from './log.ts'
import { flush, isPending } from './output.ts'
import { queueRecords, takeRecords, traceRecords } from './records.ts'
import { acknowledged, forward, written } from './results-queue.ts'
import { clearRows, rowsKept } from './rows.ts'
import {
  CLOSE,
  TAKEN,
  dropUnpromised,
  isReady,
  keepAliveMs,
  leave,
  ping,
  receiveMaximum,
  setLogin,
  startSession,
  takeAhead,
  takePackets,
} from './session.ts'
import { configureProcessors, introduceNewcomers } from './subjects.ts'
import { READABLE, WRITABLE, close, connect, wait } from './tcp.ts'
export { abort } from './abort.ts'

const HANDSHAKE_MS: i64 = 10000
const RETRY_FIRST_MS: i64 = 100
const RETRY_MAX_MS: i64 = 10000
const TICK_MS: i64 = 1000
const COUNTS_MS: i64 = 60000
const QUOTA_EXCEEDED = 0x97
let host: string = ''
let port: i32 = 0
let tickedMs: i64 = 0
let countedMs: i64 = 0
let heardMs: i64 = 0
let sentMs: i64 = 0

/** Joins the broker, again and again, until the process is ended from outside. */
export function run(): void {
  readEnvironment()
  host = variable('MQTT_HOST', '127.0.0.1')
  port = numberVariable('MQTT_PORT', 1883)
  const login = new Login()
  login.clientId = variable('MQTT_CLIENT_ID', '')
  login.userName = variable('MQTT_USERNAME', '')
  login.password = variable('MQTT_PASSWORD', '')
  login.sessionSeconds = numberVariable('MQTT_SESSION_SECONDS', 0)
  login.keepAliveSeconds = numberVariable('MQTT_KEEP_ALIVE_SECONDS', 30)
  if (login.sessionSeconds > 0 && login.clientId.length == 0)
    fail('MQTT_SESSION_SECONDS needs MQTT_CLIENT_ID')
  if (login.keepAliveSeconds == 0) fail('MQTT_KEEP_ALIVE_SECONDS has to be above 0')
  setLogin(login, '$share/' + variable('MQTT_SHARE', 'power-data-processor') + '/grid/+/readings')
  if (variable('TRACE', '') == 'records') traceRecords()
  configureProcessors()
  takeRecords()
  countedMs = elapsedMs()
  let delayMs = RETRY_FIRST_MS
  while (true) {
    const wasReady = connect(host, port, HANDSHAKE_MS) && serve()
    close()
    counts.say()
    if (wasReady) delayMs = RETRY_FIRST_MS
    const pauseMs = delayMs / 2 + jitter(delayMs)
    put('no connection, trying again in ms: ')
    putNumber(pauseMs)
    endLine()
    wait(0, pauseMs)
    delayMs = delayMs * 2 < RETRY_MAX_MS ? delayMs * 2 : RETRY_MAX_MS
    // A broker that is away for weeks costs a few strings a time.
    __collect()
  }
}

/** Until the connection ends. Whether it came as far as the subscription. */
function serve(): bool {
  startSession()
  heardMs = elapsedMs()
  sentMs = heardMs
  clearRows()
  while (true) {
    if (!work()) return isReady()
    const isBusy = isPending()
    if (!flush()) return isReady()
    if (isBusy) sentMs = elapsedMs()
    if (!isAlive()) return isReady()
    const found = wait(isPending() ? READABLE | WRITABLE : READABLE, untilDue())
    if ((found & READABLE) != 0) {
      if (!fill()) return isReady()
      heardMs = elapsedMs()
    }
  }
}

/**
 * Takes what has come, a batch at a time, as far as the results find room. Messages are acknowledged in one place: when the results of
 * their batch are. False: the connection is to be closed.
 */
function work(): bool {
  while (true) {
    if (!queueRecords()) {
      if (takeAhead() == CLOSE) return false
      const isFree = queueRecords()
      forward(receiveMaximum())
      if (!isFree) return hasInputRoom()
    }
    stamp(written())
    if (isReady() && elapsedMs() - tickedMs >= TICK_MS) {
      beat()
      continue
    }
    const state = takePackets()
    if (state == CLOSE) return false
    const rows = rowsKept()
    introduceNewcomers()
    if (rows > 0) {
      process(rows)
      takeRecords()
      clearRows()
    }
    forward(receiveMaximum())
    pay(acknowledged())
    if (state == TAKEN && rows == 0) {
      stamp(written())
      pay(acknowledged())
      return true
    }
    if (state != TAKEN && !flush()) return false
  }
}

/** About once a second; nothing of ours is on the stack but numbers, so `tick` may collect garbage. */
function beat(): void {
  tickedMs = elapsedMs()
  tick(wallMicros())
  takeRecords()
  if (tickedMs - countedMs < COUNTS_MS) return
  countedMs = tickedMs
  counts.say()
}

/** Results wait for the broker's acknowledgements, which lie somewhere in the input. */
function hasInputRoom(): bool {
  if (!isFull() || grow()) return true
  // Messages of QoS 0 are nobody's to send again, and so are the first to go; of QoS 1 no broker may send so much.
  if (dropUnpromised()) return true
  leave(QUOTA_EXCEEDED)
  return false
}

/** A broker that says nothing while it is asked to is gone, whatever TCP believes. */
function isAlive(): bool {
  const now = elapsedMs()
  if (!isReady()) return now - heardMs < HANDSHAKE_MS
  const keepMs = keepAliveMs()
  if (keepMs == 0 || now - sentMs < keepMs / 2) return true
  if (ping()) return true
  say('the broker does not answer')
  return false
}

/** A beat that is overdue waits for the broker, as everything does then. */
function untilDue(): i64 {
  const left = TICK_MS - (elapsedMs() - tickedMs)
  return left > 0 ? left : TICK_MS
}

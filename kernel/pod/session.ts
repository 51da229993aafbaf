import { UNACKNOWLEDGED, forget, isFull as owesMuch } from './acknowledgements.ts'
import { elapsedMs, wallMicros } from './clock.ts'
import {
  Login,
  Welcome,
  isConnackSound,
  putConnect,
  putVariable,
  readConnack,
  textBytes,
} from './connect-packet.ts'
import { counts } from './counts.ts'
import {
  BROKEN,
  PACKET_BYTES,
  UNFINISHED,
  WHOLE,
  consume,
  consumeAhead,
  firstByte,
  passAhead,
  peek,
  peekAhead,
  startInput,
} from './input.ts'
import { endLine, fail, put, putNumber, say } from './log.ts'
import { discard, flush, hasRoom, putByte, putString, putUint16 } from './output.ts'
import { bytesLeft, isSound, readByte, readUint16 } from './packet-reader.ts'
import { skipProperties } from './properties.ts'
import { NO_ROOM, UNSOUND, takePublish } from './publish-packet.ts'
import { limitPackets } from './records.ts'
import { acknowledge, rewind } from './results-queue.ts'
import { newcomers } from './subjects.ts'

/** All that came was taken; the batch has to be processed first; the connection is to be closed. */
export const TAKEN = 0
export const PROCESS = 1
export const CLOSE = 2

const CONNACK = 2
const PUBLISH = 3
const PUBACK = 4
const SUBACK = 9
const PINGRESP = 13
const DISCONNECT = 14
const MALFORMED = 0x81
const PROTOCOL_ERROR = 0x82
const RECEIVE_MAXIMUM_EXCEEDED = 0x93
const REFUSED: u32 = 0x80
const SUBSCRIPTION_ID = 65535
/** The processors are told of so many points at once: each is 70 bytes of text. */
const NEWCOMERS = 512

let login: Login = new Login()
let filter: string = ''
let welcome: Welcome = new Welcome()
let isWelcome = false
let isSubscribed = false
/** When the PINGREQ went that has no answer; 0: there is none. */
let pingMs: i64 = 0

/** With the shared subscription that it is all about. */
export function setLogin(own: Login, shared: string): void {
  login = own
  filter = shared
}

export function isReady(): bool {
  return isSubscribed
}

export function receiveMaximum(): u32 {
  return isSubscribed ? welcome.receiveMaximum : 0
}

export function keepAliveMs(): i64 {
  return <i64>welcome.keepAliveSeconds * 1000
}

export function startSession(): void {
  startInput()
  discard()
  forget()
  isWelcome = false
  isSubscribed = false
  pingMs = 0
  putConnect(login, UNACKNOWLEDGED, PACKET_BYTES)
}

/** Asks whether the broker is there; false: it has not answered the last time. */
export function ping(): bool {
  if (pingMs != 0) return elapsedMs() - pingMs < keepAliveMs()
  if (!hasRoom(2)) return true
  pingMs = elapsedMs()
  putByte(0xc0)
  putByte(0)
  return true
}

/** Deals with the packets that have come, in their order. */
export function takePackets(): i32 {
  const now = wallMicros()
  while (true) {
    const found = peek()
    if (found == UNFINISHED) return TAKEN
    if (found == BROKEN) return leave(MALFORMED)
    const first = firstByte()
    if (first >> 4 == PUBLISH) {
      if (!isSubscribed && !welcome.isResumed) return leave(PROTOCOL_ERROR)
      if (owesMuch()) return leave(RECEIVE_MAXIMUM_EXCEEDED)
      const outcome = takePublish(first, now)
      if (outcome == NO_ROOM) return PROCESS
      if (outcome == UNSOUND) return leave(MALFORMED)
    } else if (first != 0) {
      const reason = takeOther(first)
      if (reason == DISCONNECT) return CLOSE
      if (reason != 0) return leave(reason)
    }
    consume()
    if (newcomers() >= NEWCOMERS) return PROCESS
  }
}

/** While results wait for room: takes the broker's acknowledgements out from between the messages, which stay. */
export function takeAhead(): i32 {
  while (true) {
    const found = peekAhead()
    if (found == UNFINISHED) return TAKEN
    if (found == BROKEN) return leave(MALFORMED)
    const first = firstByte()
    if (first >> 4 == PUBLISH) {
      passAhead()
      continue
    }
    const reason = takeOther(first)
    if (reason == DISCONNECT) return CLOSE
    if (reason != 0) return leave(reason)
    consumeAhead()
  }
}

/** Gives up messages of QoS 0 from the head on, as many as stand there. False: there are none. */
export function dropUnpromised(): bool {
  const before = counts.overrun
  while (peek() == WHOLE) {
    const first = firstByte()
    if (first != 0 && (first >> 4 != PUBLISH || (first & 6) != 0)) break
    if (first != 0) counts.overrun++
    consume()
  }
  return counts.overrun > before
}

/** Says why, and that it is over. */
export function leave(reason: u32): i32 {
  put('the broker broke the protocol, or went too far: reason ')
  putNumber(reason)
  endLine()
  if (hasRoom(3)) {
    putByte(0xe0)
    putByte(1)
    putByte(reason)
    flush()
  }
  return CLOSE
}

/** 0, the reason to leave, or DISCONNECT where the broker leaves. */
function takeOther(first: u32): u32 {
  const type = first >> 4
  if ((first & 15) != 0) return MALFORMED
  if (type == DISCONNECT) {
    put('the broker ended the connection: reason ')
    putNumber(bytesLeft() > 0 ? readByte() : 0)
    endLine()
    return DISCONNECT
  }
  if (type == CONNACK) return isWelcome ? PROTOCOL_ERROR : takeConnack()
  if (!isWelcome) return PROTOCOL_ERROR
  if (type == SUBACK) return takeSuback()
  if (type == PUBACK) return takePuback()
  if (type != PINGRESP) return PROTOCOL_ERROR
  pingMs = 0
  return bytesLeft() == 0 ? 0 : MALFORMED
}

function takeConnack(): u32 {
  welcome = readConnack(login)
  if (!isConnackSound(welcome, login)) return MALFORMED
  if (welcome.reason >= REFUSED) {
    refused('the broker refuses the connection: reason ', welcome.reason)
    return DISCONNECT
  }
  if (welcome.maximumQos == 0) fail('the broker takes no QoS 1')
  if (!welcome.hasShared) fail('the broker has no shared subscriptions')
  isWelcome = true
  counts.connections++
  limitPackets(welcome.maximumPacket)
  rewind(welcome.isResumed)
  putByte(0x82)
  putVariable(2 + 1 + textBytes(filter) + 1)
  putUint16(SUBSCRIPTION_ID)
  putByte(0)
  putString(filter)
  putByte(1)
  return 0
}

function takeSuback(): u32 {
  const id = readUint16()
  skipProperties()
  const reason = readByte()
  if (!isSound() || bytesLeft() > 0) return MALFORMED
  if (id != SUBSCRIPTION_ID || isSubscribed) return PROTOCOL_ERROR
  if (reason >= REFUSED) {
    refused('the broker refuses the subscription: reason ', reason)
    return DISCONNECT
  }
  isSubscribed = true
  say('ready')
  return 0
}

function takePuback(): u32 {
  const id = readUint16()
  const reason = bytesLeft() > 0 ? readByte() : 0
  skipProperties()
  if (!isSound() || bytesLeft() > 0) return MALFORMED
  if (!acknowledge(id)) return PROTOCOL_ERROR
  if (reason >= REFUSED) counts.rejected++
  return 0
}

/** What will not be otherwise the next time ends the process, so that whoever runs it sees it; a broker that is busy is tried again. */
function refused(text: string, reason: u32): void {
  put(text)
  putNumber(reason)
  endLine()
  const isBusy =
    reason == 0x80 || reason == 0x83 || reason == 0x88 || reason == 0x89 || reason == 0x97
  const isElsewhere = reason == 0x9c || reason == 0x9d || reason == 0x9f || reason == 0x8b
  if (!isBusy && !isElsewhere) fail('that will not change by itself')
}

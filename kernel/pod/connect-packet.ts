import { putByte, putString, putUint16, putUint32 } from './output.ts'
import { isSound, readByte } from './packet-reader.ts'
import {
  MAXIMUM_PACKET_SIZE,
  MAXIMUM_QOS,
  RECEIVE_MAXIMUM,
  SERVER_KEEP_ALIVE,
  SESSION_EXPIRY,
  SHARED_AVAILABLE,
  nextProperty,
  openProperties,
  propertyNumber,
} from './properties.ts'

/** Who joins, and how. */
export class Login {
  /** Empty: the broker chooses one. */
  clientId: string = ''
  userName: string = ''
  password: string = ''
  /** How long the broker keeps what waits for this client when it is gone; 0: what is not acknowledged goes to another replica. */
  sessionSeconds: i32 = 0
  keepAliveSeconds: i32 = 30
}

/** What the broker lets us do; the defaults are those of MQTT 5.0. */
export class Welcome {
  reason: u32 = 0
  isResumed: bool = false
  receiveMaximum: u32 = 65535
  maximumQos: u32 = 2
  maximumPacket: u32 = u32.MAX_VALUE
  keepAliveSeconds: u32 = 0
  hasShared: bool = true
}

const USER_NAME = 1 << 7
const PASSWORD = 1 << 6
const CLEAN = 1 << 1

/** Section 3.1: `"MQTT" | 5 | flags | keep alive | properties | client id | user name | password`. */
export function putConnect(login: Login, receiveMaximum: u32, packetBytes: u32): void {
  const hasSession = login.sessionSeconds > 0
  const propertyBytes = (hasSession ? 5 : 0) + 3 + 5
  let bytes = 10 + 1 + propertyBytes + textBytes(login.clientId)
  let flags = hasSession ? 0 : CLEAN
  if (login.userName.length > 0) {
    flags |= USER_NAME
    bytes += textBytes(login.userName)
  }
  if (login.password.length > 0) {
    flags |= PASSWORD
    bytes += textBytes(login.password)
  }
  putByte(0x10)
  putVariable(bytes)
  putString('MQTT')
  putByte(5)
  putByte(flags)
  putUint16(login.keepAliveSeconds)
  putByte(propertyBytes)
  if (hasSession) {
    putByte(SESSION_EXPIRY)
    putUint32(login.sessionSeconds)
  }
  putByte(RECEIVE_MAXIMUM)
  putUint16(receiveMaximum)
  putByte(MAXIMUM_PACKET_SIZE)
  putUint32(packetBytes)
  putString(login.clientId)
  if (login.userName.length > 0) putString(login.userName)
  if (login.password.length > 0) putString(login.password)
}

/** Section 3.2, of the packet that is open. Whether it is sound is asked afterwards. */
export function readConnack(login: Login): Welcome {
  const welcome = new Welcome()
  welcome.keepAliveSeconds = login.keepAliveSeconds
  welcome.isResumed = (readByte() & 1) != 0
  welcome.reason = readByte()
  openProperties()
  for (let id = nextProperty(); id != 0; id = nextProperty()) {
    const worth = propertyNumber()
    if (id == RECEIVE_MAXIMUM) welcome.receiveMaximum = worth
    else if (id == MAXIMUM_QOS) welcome.maximumQos = worth
    else if (id == MAXIMUM_PACKET_SIZE) welcome.maximumPacket = worth
    else if (id == SERVER_KEEP_ALIVE) welcome.keepAliveSeconds = worth
    else if (id == SHARED_AVAILABLE) welcome.hasShared = worth != 0
  }
  return welcome
}

/** A broker that lets nothing be sent breaks the standard (section 3.2.2.3.3), as does one that resumes what it was told to forget. */
export function isConnackSound(welcome: Welcome, login: Login): bool {
  const isPlausible = welcome.receiveMaximum > 0 && welcome.maximumPacket > 0
  return isSound() && isPlausible && (!welcome.isResumed || login.sessionSeconds > 0)
}

export function putVariable(value: u32): void {
  let left = value
  while (left >= 128) {
    putByte((left & 127) | 128)
    left >>= 7
  }
  putByte(left)
}

/** With its length in front. */
export function textBytes(text: string): i32 {
  return 2 + String.UTF8.byteLength(text)
}

import { constants, crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE_BYTES = 8
/** Length and name before the content of a chunk, a check sum behind it. */
const HEAD_BYTES = 8
const SUM_BYTES = 4

/** The same picture in fewer bytes: a browser is in a hurry when it packs one. */
export function smallerPng(png: Buffer): Buffer {
  const before: Buffer[] = [png.subarray(0, SIGNATURE_BYTES)]
  const pixels: Buffer[] = []
  const after: Buffer[] = []
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const end = at + HEAD_BYTES + png.readUInt32BE(at) + SUM_BYTES
    if (png.toString('latin1', at + 4, at + HEAD_BYTES) === 'IDAT')
      pixels.push(png.subarray(at + HEAD_BYTES, end - SUM_BYTES))
    else (pixels.length === 0 ? before : after).push(png.subarray(at, end))
    at = end
  }
  const options = { level: 9, memLevel: 9, strategy: constants.Z_DEFAULT_STRATEGY }
  const packed = deflateSync(inflateSync(Buffer.concat(pixels)), options)
  return Buffer.concat([...before, chunk('IDAT', packed), ...after])
}

function chunk(name: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
  const whole = Buffer.alloc(4 + body.length + SUM_BYTES)
  whole.writeUInt32BE(content.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), 4 + body.length)
  return whole
}

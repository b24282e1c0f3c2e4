/**
 * Small pictures as PNG files in data: URLs: grey ones, and signed values as two colours that let the page shine through.
 */
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const GREY = 0
const RGBA = 6
/** Steps between no colour and the full one; few steps compress well and no eye misses the others. */
const SHADES = 24
const ABOVE = [37, 99, 235] as const
const BELOW = [220, 82, 30] as const

/** Values from `black` to `white` and beyond, row after row. */
export function greyPng(values: ArrayLike<number>, width: number, black: number, white: number): string {
  const levels = Uint8Array.from(values, (value) => {
    const level = Math.min(Math.max((value - black) / (white - black), 0), 1)
    return Math.round(level * 255)
  })
  return png(levels, width, values.length / width, GREY, 1)
}

/** Values above 0 in one colour, below in another, 0 transparent; `most` and beyond has the full colour. */
export function signedPng(values: ArrayLike<number>, width: number, most: number): string {
  const pixels = new Uint8Array(4 * values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const part = most > 0 ? Math.min(Math.abs(value) / most, 1) : 0
    pixels.set(value < 0 ? BELOW : ABOVE, 4 * i)
    pixels[4 * i + 3] = Math.round((Math.round(part * SHADES) / SHADES) * 255)
  }
  return png(pixels, width, values.length / width, RGBA, 4)
}

/** The PNG specification (ISO/IEC 15948), 8 bits a channel, no filters. */
function png(pixels: Uint8Array, width: number, height: number, colourType: number, channels: number): string {
  const stride = width * channels
  const rows = new Uint8Array(height * (stride + 1)) // each row begins with the number of its filter, 0
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colourType, 0, 0, 0], 8)
  const data = deflateSync(rows, { level: 9 })
  const file = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array(0))]
  return `data:image/png;base64,${Buffer.concat(file).toString('base64')}`
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

/** Writes a net of dense layers as an ONNX model: the few messages of its protobuf schema that this takes. */

const VARINT = 0
const BYTES = 2
const FLOAT = 1

function varint(value) {
  const bytes = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Buffer.from([...bytes, value])
}

/** One field: whole numbers as they are, texts and messages with their length before them. */
function field(number, value) {
  if (typeof value === 'number') return Buffer.concat([varint(number * 8 + VARINT), varint(value)])
  const bytes = Buffer.from(value)
  return Buffer.concat([varint(number * 8 + BYTES), varint(bytes.length), bytes])
}

/** @param fields pairs of a field's number in the schema and its value */
const message = (...fields) => Buffer.concat(fields.map(([number, value]) => field(number, value)))

const node = (operator, inputs, output) => message(...inputs.map((name) => [1, name]), [2, output], [4, operator])

const tensor = (name, dims, { buffer, byteOffset, byteLength }) =>
  message(...dims.map((dim) => [1, dim]), [2, FLOAT], [8, name], [9, Buffer.from(buffer, byteOffset, byteLength)])

function valueInfo(name, dims) {
  const shape = message(...dims.map((dim) => [1, message([1, dim])]))
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])])
}

/**
 * One row in, probabilities out.
 * @param layers `{ kernel, bias }` each, the kernel [inputs, units]
 */
export function onnxModel(units, layers) {
  const last = layers.length - 1
  const nodes = layers.flatMap((_, i) => [
    node('Gemm', [i === 0 ? 'x' : `a${i - 1}`, `w${i}`, `b${i}`], `z${i}`),
    node(i === last ? 'Softmax' : 'Relu', [`z${i}`], i === last ? 'y' : `a${i}`),
  ])
  const tensors = layers.flatMap(({ kernel, bias }, i) => [
    tensor(`w${i}`, [units[i], units[i + 1]], kernel),
    tensor(`b${i}`, [units[i + 1]], bias),
  ])
  const graph = message(
    ...nodes.map((one) => [1, one]),
    [2, 'net'],
    ...tensors.map((one) => [5, one]),
    [11, valueInfo('x', [1, units[0]])],
    [12, valueInfo('y', [1, units.at(-1)])],
  )
  const operators = message([1, ''], [2, 17])
  return message([1, 8], [7, graph], [8, operators])
}

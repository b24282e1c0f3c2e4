/**
 * An ONNX model as plain data, and its bytes: the messages of onnx.proto that an exported network needs, with the
 * field numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Owns no meaning of operators.
 */
import { PbfWriter } from 'pbf'
import type { DType, FloatArray } from '../native.ts'

export interface OnnxTensor {
  readonly name: string
  readonly data: FloatArray
  /** [] for a single number. */
  readonly shape: readonly number[]
}

/** A number is written as a float32, whatever the type of the tensors: that is all the format has. */
export type OnnxAttribute = number | { readonly integer: number } | { readonly integers: readonly number[] }

export interface OnnxNode {
  readonly operator: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxModel {
  readonly irVersion: number
  readonly opset: number
  readonly producerVersion: string
  readonly metadata: Readonly<Record<string, string>>
  readonly dtype: DType
  readonly nodes: readonly OnnxNode[]
  readonly tensors: readonly OnnxTensor[]
  readonly input: OnnxRows
  readonly output: OnnxRows
}

/** A tensor of any number of rows. */
export interface OnnxRows {
  readonly name: string
  readonly columns: number
}

/** The attributes of an operator over the features of each row. */
export const LAST_AXIS: Readonly<Record<string, OnnxAttribute>> = { axis: { integer: -1 } }

/** What a protobuf message, and so a whole ONNX file, may have at most. */
export const LARGEST_MESSAGE: number = 2 ** 31 - 1

const FLOAT = 1
const DOUBLE = 11

const elementType = (dtype: DType): number => (dtype === 'float64' ? DOUBLE : FLOAT)

export function encodeModel(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeVarintField(1, model.irVersion)
  pbf.writeStringField(2, 'myelin')
  pbf.writeStringField(3, model.producerVersion)
  pbf.writeMessage(7, writeGraph, model)
  pbf.writeMessage(8, writeOperatorSet, model.opset)
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry)
  return pbf.finish()
}

function writeGraph({ nodes, tensors, input, output, dtype }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  pbf.writeStringField(2, 'network')
  for (const tensor of tensors) pbf.writeMessage(5, writeTensor, tensor)
  pbf.writeMessage(11, writeRows, { ...input, dtype })
  pbf.writeMessage(12, writeRows, { ...output, dtype })
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input)
  pbf.writeStringField(2, node.output)
  pbf.writeStringField(3, node.name)
  pbf.writeStringField(4, node.operator)
  for (const attribute of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, attribute)
}

function writeAttribute([name, value]: readonly [string, OnnxAttribute], pbf: PbfWriter): void {
  const [float, integer, integers] = [1, 2, 7] // types, which are not their field numbers
  pbf.writeStringField(1, name)
  if (typeof value === 'number') {
    pbf.writeFloatField(2, value)
    pbf.writeVarintField(20, float!)
  } else if ('integer' in value) {
    pbf.writeVarintField(3, value.integer)
    pbf.writeVarintField(20, integer!)
  } else {
    for (const one of value.integers) pbf.writeVarintField(8, one)
    pbf.writeVarintField(20, integers!)
  }
}

/** Raw data is little-endian, as are all the machines that the addon runs on. */
function writeTensor({ name, data, shape }: OnnxTensor, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size)
  pbf.writeVarintField(2, data instanceof Float64Array ? DOUBLE : FLOAT)
  pbf.writeStringField(8, name)
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeRows({ name, columns, dtype }: OnnxRows & { readonly dtype: DType }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, writeType, { columns, dtype })
}

function writeType(type: { readonly columns: number; readonly dtype: DType }, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, type)
}

function writeTensorType(
  { columns, dtype }: { readonly columns: number; readonly dtype: DType },
  pbf: PbfWriter,
): void {
  pbf.writeVarintField(1, elementType(dtype))
  pbf.writeMessage(2, writeShape, columns)
}

/** Any number of rows, which goes by the name of batch. */
function writeShape(columns: number, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name, size) => size.writeStringField(2, name), 'batch')
  pbf.writeMessage(1, (value, size) => size.writeVarintField(1, value), columns)
}

function writeOperatorSet(version: number, pbf: PbfWriter): void {
  pbf.writeVarintField(2, version)
}

function writeEntry([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key)
  pbf.writeStringField(2, value)
}

/**
 * Builds the graph of an ONNX model, node after node. Names everything after the layer it belongs to:
 * `dense.kernel`, `dense.Gemm`, `dense.Mul_1`.
 */
import type { DType, FloatArray } from '../native.ts'
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-proto.ts'

/** The name of a tensor, or a number in its place. */
export type Operand = string | number

export class OnnxGraph {
  readonly dtype: DType
  readonly nodes: OnnxNode[] = []
  readonly tensors: OnnxTensor[] = []
  readonly #numbers = new Map<number, string>()
  readonly #counts = new Map<string, number>()
  #layer = ''

  constructor(dtype: DType) {
    this.dtype = dtype
  }

  /** What comes next belongs to this layer. */
  enter(layer: string): void {
    this.#layer = layer
  }

  /** A tensor of values that do not change. Returns its name. */
  tensor(what: string, data: ArrayLike<number>, shape: readonly number[] = [data.length]): string {
    const name = `${this.#layer}.${what}`
    this.tensors.push({ name, data: this.#floats(data), shape })
    return name
  }

  /** The output of an operator, by name. */
  node(operator: string, inputs: readonly Operand[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const first = `${this.#layer}.${operator}`
    const count = this.#counts.get(first) ?? 0
    this.#counts.set(first, count + 1)
    const name = count === 0 ? first : `${first}_${count}`
    const names = inputs.map((input) => (typeof input === 'number' ? this.#number(input) : input))
    this.nodes.push({ operator, name, inputs: names, output: name, attributes })
    return name
  }

  /** Gives the last value its public name. A graph without any operator gets one that changes nothing. */
  finish(value: string, output: string): void {
    if (this.nodes.at(-1)?.output !== value) this.node('Identity', [value])
    const last = this.nodes.pop()!
    this.nodes.push({ ...last, output })
  }

  /** Numbers are tensors too; the same number is the same tensor. */
  #number(value: number): string {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    const name = `number.${value}`
    this.tensors.push({ name, data: this.#floats([value]), shape: [] })
    this.#numbers.set(value, name)
    return name
  }

  #floats(data: ArrayLike<number>): FloatArray {
    return this.dtype === 'float64' ? Float64Array.from(data) : Float32Array.from(data)
  }
}

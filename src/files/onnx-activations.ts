/**
 * Activations in ONNX's operators. Where operator set 17 has the function itself, float32 uses that; float64 is spelled
 * out, because onnxruntime has Elu, Erf, HardSigmoid, Selu, Softplus and Softsign in float32 only, and because attributes
 * such as LeakyRelu's alpha are float32 whatever the tensors are.
 */
import { type ActivationDefinition, nativeActivation } from '../define/activations.ts'
import type { ActivationName } from '../define/names.ts'
import type { OnnxGraph, Operand } from './onnx-graph.ts'
import { LAST_AXIS, type OnnxAttribute } from './onnx-proto.ts'

/** Klambauer et al. 2017. */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** Chebyshev coefficients of P on t in [0, 1], where erfc z = t · exp(P(t) - z²), t = 2 / (2 + z), z ≥ 0; as in native/kernels/math-inl.h. */
const ERFC = [
  -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820369,
  0.00036683949785276145, 0.00004252332480690777, -0.000020278578112534242, -0.0000016242900046470256,
  0.0000013036558355805232, 1.5626445722066143e-8, -8.523809591492654e-8, 6.5290544390988515e-9, 5.059343495551469e-9,
  -9.91364156493033e-10, -2.2736512229318357e-10, 9.646791102015526e-11, 2.394038083039119e-12, -6.886027526497555e-12,
  8.944879273090702e-13, 3.130921399343015e-13, -1.1270822361368156e-13, 3.810905255312156e-16, 7.106097613593774e-15,
  -1.5230282014385872e-15, -9.457494573434663e-17, 1.2102371894662017e-16, -2.816663090424251e-17,
]

/** Adds the nodes of f(x); `alpha` is the one number that some activations have. Returns the name of the result. */
type Formula = (graph: OnnxGraph, x: string, alpha: number) => string

function operator(name: string, attributes: Record<string, OnnxAttribute> = {}): Formula {
  return (graph, x) => graph.node(name, [x], attributes)
}

/** Not Clip: onnxruntime 1.30 refuses to load a model with Relu and Clip in a row in float64. */
function relu6(graph: OnnxGraph, x: string): string {
  return graph.node('Min', [graph.node('Max', [x, 0]), 6])
}

/** eˣ - 1 where x is negative, otherwise 0. */
function expm1OfNegative(graph: OnnxGraph, x: string): string {
  return graph.node('Sub', [graph.node('Exp', [graph.node('Min', [x, 0])]), 1])
}

const elu: Formula = (graph, x, alpha) => {
  const positive = graph.node('Relu', [x])
  return graph.node('Add', [positive, graph.node('Mul', [expm1OfNegative(graph, x), alpha])])
}

/** max(x, 0) + log(1 + e^-|x|). */
const softplus: Formula = (graph, x) => {
  const small = graph.node('Exp', [graph.node('Neg', [graph.node('Abs', [x])])])
  return graph.node('Add', [graph.node('Relu', [x]), graph.node('Log', [graph.node('Add', [small, 1])])])
}

/** 1 + erf(x / √2) = 2 Φ(x). */
function twiceNormalCdf(graph: OnnxGraph, x: string): string {
  const scaled = graph.node('Mul', [x, Math.SQRT1_2])
  const erf = graph.dtype === 'float32' ? graph.node('Erf', [scaled]) : spelledErf(graph, scaled)
  return graph.node('Add', [erf, 1])
}

/** sign(z) · (1 - erfc |z|). */
function spelledErf(graph: OnnxGraph, z: string): string {
  const size = graph.node('Abs', [z])
  const t = graph.node('Div', [2, graph.node('Add', [size, 2])])
  const exponent = graph.node('Sub', [chebyshev(graph, t, ERFC), graph.node('Mul', [size, size])])
  const erfc = graph.node('Mul', [t, graph.node('Exp', [exponent])])
  return graph.node('Mul', [graph.node('Sign', [z]), graph.node('Sub', [1, erfc])])
}

/** Clenshaw's rule: b = 2u · b' - b'' + c for each coefficient from the last, u = 2t - 1. */
function chebyshev(graph: OnnxGraph, t: string, coefficients: readonly number[]): string {
  const u = graph.node('Sub', [graph.node('Mul', [t, 2]), 1])
  const twice = graph.node('Mul', [u, 2])
  let b: Operand = coefficients.at(-1)!
  let before: Operand = 0
  for (const coefficient of coefficients.slice(1, -1).reverse()) {
    const next: Operand = graph.node('Sub', [graph.node('Add', [graph.node('Mul', [twice, b]), coefficient]), before])
    before = b
    b = next
  }
  return graph.node('Sub', [graph.node('Add', [graph.node('Mul', [u, b]), coefficients[0]!]), before])
}

/**
 * x / (1 + e^-x). Not x · Sigmoid(x): onnxruntime 1.30 puts the two together into QuickGelu, which it cannot run in float64 and
 * which is wrong in the sixth digit in float32.
 */
const silu: Formula = (graph, x) => {
  const exp = graph.node('Exp', [graph.node('Neg', [x])])
  return graph.node('Div', [x, graph.node('Add', [exp, 1])])
}

const spelledOut: Readonly<Record<ActivationName, Formula>> = {
  linear: (_, x) => x,
  sigmoid: operator('Sigmoid'),
  hardSigmoid: (graph, x) => graph.node('Div', [relu6(graph, graph.node('Add', [x, 3])), 6]),
  tanh: operator('Tanh'),
  relu: operator('Relu'),
  relu6,
  leakyRelu: (graph, x, alpha) =>
    graph.node('Add', [graph.node('Relu', [x]), graph.node('Mul', [graph.node('Min', [x, 0]), alpha])]),
  elu,
  selu: (graph, x) => graph.node('Mul', [elu(graph, x, SELU_ALPHA), SELU_SCALE]),
  gelu: (graph, x) => graph.node('Mul', [graph.node('Mul', [x, 0.5]), twiceNormalCdf(graph, x)]),
  softplus,
  softsign: (graph, x) => graph.node('Div', [x, graph.node('Add', [graph.node('Abs', [x]), 1])]),
  silu,
  mish: (graph, x) => graph.node('Mul', [x, graph.node('Tanh', [activate(graph, x, 'softplus')])]),
  softmax: operator('Softmax', LAST_AXIS),
}

const inFloat32: Partial<Readonly<Record<ActivationName, Formula>>> = {
  hardSigmoid: operator('HardSigmoid', { alpha: 1 / 6, beta: 0.5 }),
  relu6: (graph, x) => graph.node('Clip', [x, 0, 6]),
  leakyRelu: (graph, x, alpha) => graph.node('LeakyRelu', [x], { alpha }),
  elu: (graph, x, alpha) => graph.node('Elu', [x], { alpha }),
  selu: operator('Selu', { alpha: SELU_ALPHA, gamma: SELU_SCALE }),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
}

/** The name of f(x). */
export function activate(graph: OnnxGraph, x: string, definition: ActivationDefinition): string {
  const { activation, alpha } = nativeActivation(definition)
  const formula = (graph.dtype === 'float32' && inFloat32[activation]) || spelledOut[activation]
  return formula(graph, x, alpha)
}

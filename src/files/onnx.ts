/**
 * A trained network as an ONNX model: from rows of features to outputs as `predict` gives them, with what only training
 * needs left out. Operator set 17, every operator one that onnxruntime has in both dtypes. Float32 models ran in 1.15 and
 * later, float64 models in 1.19 and later: before, it put Gemm and activations together in a way it had in float32 only.
 */
import type { Core } from '../core.ts'
import type { LayerDefinition } from '../define/layers.ts'
import type { PlacedLayer } from '../define/network.ts'
import { info } from '../info.ts'
import type { FloatArray, ParameterInfo } from '../native.ts'
import { expected, expectedText } from '../validate.ts'
import { parametersOf } from '../weights.ts'
import { activate } from './onnx-activations.ts'
import { OnnxGraph } from './onnx-graph.ts'
import { encodeModel, LARGEST_MESSAGE, LAST_AXIS } from './onnx-proto.ts'
import { replaceFile } from './replace.ts'

const OPSET = 17
/** The version of the format that came with it. */
const IR_VERSION = 8
const INPUT = 'x'
const OUTPUT = 'output'

/** Parameters of one layer, by name. */
type Parameters = Readonly<Partial<Record<ParameterInfo['name'], FloatArray>>>

/** During a fit it waits for the end of a slice. @throws ERR_FILE, ERR_OPTION, ERR_SHAPE */
export async function exportOnnx(core: Core, path: unknown): Promise<void> {
  if (!(typeof path === 'string' && path !== '') && !(path instanceof URL && path.protocol === 'file:')) {
    throw expected('ERR_OPTION', 'the path of a file', 'path', path)
  }
  const bytes = core.turns.writing
    ? await core.turns.read(async () => toOnnx(core, 'exportOnnx'))
    : toOnnx(core, 'exportOnnx')
  await replaceFile(path, [bytes])
}

/** @throws ERR_BUSY while a slice of a fit runs, ERR_SHAPE when it does not fit into what the format can hold */
export function toOnnx(core: Core, caller: string): Uint8Array {
  core.checkBetweenSlices(caller, 'do it in a callback, or await the fit')
  checkSize(core, caller)
  const graph = new OnnxGraph(core.plan.spec.dtype)
  let value = addStandardization(graph, INPUT, core)
  for (const [index, layer] of core.plan.layers.entries()) {
    graph.enter(layer.name)
    value = addLayer(graph, value, layer, readParameters(core, index))
  }
  graph.finish(value, OUTPUT)
  return encodeModel({
    irVersion: IR_VERSION,
    opset: OPSET,
    producerVersion: info().version,
    metadata: metadataOf(core),
    dtype: graph.dtype,
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: INPUT, columns: core.plan.spec.inputs },
    output: { name: OUTPUT, columns: core.plan.outputs },
  })
}

function checkSize({ parameters, plan }: Core, caller: string): void {
  const bytesOf = ({ shape }: ParameterInfo): number =>
    shape.reduce((product, size) => product * size, plan.spec.dtype === 'float64' ? 8 : 4)
  const bytes = parameters.reduce((sum, parameter) => sum + bytesOf(parameter), 0)
  if (bytes < 0.99 * LARGEST_MESSAGE) return
  throw expectedText('ERR_SHAPE', 'parameters of less than 2 GiB', caller, `${(bytes / 2 ** 30).toFixed(2)} GiB`)
}

/** What a program needs to know of data and outputs: how features were made, and the classes in the order of the outputs. */
function metadataOf({ recipe }: Core): Record<string, string> {
  const metadata: Record<string, string> = {}
  if (recipe) metadata.recipe = JSON.stringify(recipe)
  if (recipe?.classNames) metadata.classNames = JSON.stringify(recipe.classNames)
  return metadata
}

/** Rows come in as `predict` takes them, so what the data was standardized by is part of the network. */
function addStandardization(graph: OnnxGraph, x: string, { recipe }: Core): string {
  const standardization = recipe?.standardization ?? null
  if (standardization === null) return x
  graph.enter('standardization')
  const centered = graph.node('Sub', [x, graph.tensor('means', standardization.means)])
  return graph.node('Div', [centered, graph.tensor('deviations', standardization.deviations)])
}

function readParameters(core: Core, layer: number): Parameters {
  return Object.fromEntries(
    parametersOf(core, layer).map((index) => [core.parameters[index]!.name, core.getParameter(index)]),
  )
}

function addLayer(graph: OnnxGraph, x: string, { definition, inputs }: PlacedLayer, parameters: Parameters): string {
  switch (definition.kind) {
    case 'input':
    case 'flatten':
    case 'gaussianNoise':
    case 'alphaDropout':
      return x
    case 'dropout':
      return definition.scaling === 'test' ? graph.node('Mul', [x, definition.keep]) : x
    case 'activation':
      return activate(graph, x, definition.activation)
    case 'dense':
      return activate(graph, addDense(graph, x, inputs, definition.units, parameters), definition.activation)
    case 'batchNormalization':
      return addBatchNormalization(graph, x, definition, parameters)
    case 'layerNormalization':
      return addLayerNormalization(graph, x, inputs, definition, parameters)
  }
}

/** Gemm without bias too: onnxruntime puts MatMul and a multiplication beside it together, with a factor in float32. */
function addDense(graph: OnnxGraph, x: string, inputs: number, units: number, { kernel, bias }: Parameters): string {
  const w = graph.tensor('kernel', kernel!, [inputs, units])
  return graph.node('Gemm', bias ? [x, w, graph.tensor('bias', bias)] : [x, w])
}

type Normalization = Extract<LayerDefinition, { readonly kind: 'batchNormalization' | 'layerNormalization' }>

/**
 * (x - moving mean) · gamma / √(moving variance + epsilon) + beta. The operator BatchNormalization takes the mean off last,
 * as part of one added number, and loses digits when it is large beside the deviation.
 */
function addBatchNormalization(
  graph: OnnxGraph,
  x: string,
  { epsilon }: Normalization,
  parameters: Parameters,
): string {
  const { gamma, beta, movingMean, movingVariance } = parameters
  const scale = Float64Array.from(movingVariance!, (variance, i) => (gamma?.[i] ?? 1) / Math.sqrt(variance + epsilon))
  const centered = graph.node('Sub', [x, graph.tensor('movingMean', movingMean!)])
  const scaled = graph.node('Mul', [centered, graph.tensor('scale', scale)])
  return beta ? graph.node('Add', [scaled, graph.tensor('beta', beta)]) : scaled
}

/** The operator in float32; spelled out in float64, because its epsilon is a float32. */
function addLayerNormalization(
  graph: OnnxGraph,
  x: string,
  inputs: number,
  { epsilon }: Normalization,
  { gamma, beta }: Parameters,
): string {
  if (graph.dtype === 'float32') {
    const scale = graph.tensor('gamma', gamma ?? new Float32Array(inputs).fill(1))
    return graph.node('LayerNormalization', beta ? [x, scale, graph.tensor('beta', beta)] : [x, scale], {
      ...LAST_AXIS,
      epsilon,
    })
  }
  const rowMean = (value: string): string => graph.node('ReduceMean', [value], { axes: { integers: [-1] } })
  const centered = graph.node('Sub', [x, rowMean(x)])
  const variance = rowMean(graph.node('Mul', [centered, centered]))
  const deviation = graph.node('Sqrt', [graph.node('Add', [variance, epsilon])])
  const normal = graph.node('Div', [centered, deviation])
  const scaled = gamma ? graph.node('Mul', [normal, graph.tensor('gamma', gamma)]) : normal
  return beta ? graph.node('Add', [scaled, graph.tensor('beta', beta)]) : scaled
}

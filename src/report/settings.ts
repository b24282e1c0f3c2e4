/**
 * The last sections of a report: what the model is, how it was trained, and where.
 */
import { cpus } from 'node:os'
import type { Core } from '../core.ts'
import type { History } from '../history.ts'
import { info } from '../info.ts'
import type { Layer } from '../layer.ts'
import { isObject } from '../validate.ts'
import { count, section, table } from './html.ts'

/** Of a layer's definition, these are said elsewhere or say nothing. */
const SAID_ELSEWHERE = ['kind', 'name', 'inputShape', 'weights', 'units']

export function settingsSection(core: Core, layers: readonly Layer[], { params }: Pick<History, 'params'>): string {
  const { loss, metrics, optimizer } = core.training('report')
  const { dtype, seed } = core.plan.spec
  const net = table({
    caption: 'Layers',
    columns: ['name', 'kind', 'outputs', 'parameters', 'settings'],
    rows: layers.map((layer) => [
      layer.name,
      layer.kind,
      count(layer.outputs),
      count(layer.parameterCount),
      settingsOf(layer.definition, SAID_ELSEWHERE),
    ]),
  })
  const training = table({
    caption: 'Training',
    columns: ['setting', 'value'],
    rows: [
      ['optimizer', `${optimizer.kind}: ${settingsOf(optimizer, ['kind'])}`],
      ['loss', withSettings(loss)],
      ['metrics', metrics.map(withSettings).join('; ') || 'none'],
      ['epochs', String(params.epochs)],
      ['batch size', count(params.batchSize)],
      ['rows trained with', count(params.rows)],
      ['steps an epoch', count(params.steps)],
      ['seed', String(seed)],
      ['dtype', dtype],
    ],
  })
  return section('Settings', `<div class="settings">${net}</div>${training}`)
}

export function environmentSection(): string {
  const { version, isa, threads, physicalCores } = info()
  const rows = [
    ['myelin', version],
    ['instruction set', isa],
    ['threads', `${threads} of ${physicalCores} physical cores`],
    ['processor', cpus()[0]?.model.trim() ?? 'unknown'],
    ['Node', process.version],
    ['platform', `${process.platform} ${process.arch}`],
    ['written', `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`],
  ]
  return section('Environment', table({ caption: 'Where this was computed', columns: ['what', 'value'], rows }))
}

function withSettings(definition: { readonly kind: string }): string {
  const settings = settingsOf(definition, ['kind', 'name'])
  return settings ? `${definition.kind}: ${settings}` : definition.kind
}

/** `units 512, activation relu, kernelRegularizer l2 (l2 0.0001)`; what is null or, as usual, true is left out. */
function settingsOf(definition: object, without: readonly string[]): string {
  return Object.entries(definition)
    .filter(([name, value]) => !without.includes(name) && value !== null && value !== undefined && value !== true)
    .filter(([, value]) => !(isObject(value) && Object.values(value).every((part) => part === true)))
    .map(([name, value]) => `${name} ${inWords(value)}`)
    .join(', ')
}

function inWords(value: unknown): string {
  if (typeof value === 'function') {
    return 'settings' in value && isObject(value.settings) ? inWords(value.settings) : 'a function'
  }
  if (Array.isArray(value)) return value.map(inWords).join(' × ')
  if (!isObject(value)) return String(value)
  const rest = settingsOf(value, ['kind'])
  if (typeof value.kind !== 'string') return `(${rest})`
  return rest ? `${value.kind} (${rest})` : value.kind
}

/**
 * A float64 copy of a compiled model, for what is looked at from more sides than the model itself may be moved to.
 */
import { Core } from '../core.ts'

/** The same network and loss in float64, with the same parameters. */
export function twinOf(core: Core, caller: string): Core {
  const twin = new Core({ ...core.plan.definition, dtype: 'float64' })
  const { loss, optimizer } = core.training(caller)
  twin.compile({ loss, optimizer })
  twin.setParameters(core.parameters.map((_, index) => ({ index, data: Float64Array.from(core.getParameter(index)) })))
  return twin
}

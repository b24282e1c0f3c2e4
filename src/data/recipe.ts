/**
 * Recipe: how raw values became the features and classes of a dataset. A dataset keeps it, the model fitted on that
 * dataset takes it over, a saved model carries it, so that raw rows can be predicted later. Plain JSON data.
 */
export interface Recipe {
  /** Names of the classes in the order of their indices, or null where classes have none. */
  readonly classNames: readonly string[] | null
}

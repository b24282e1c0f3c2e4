/** Recipes: what JSON may hold, and that everything else is refused by name. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { plainRecipe, type Recipe, recipeFromJSON } from '../src/data/recipe.ts'

const test = suite('recipe')

const full: Recipe = {
  classNames: ['no', 'yes'],
  classes: 2,
  label: 'married',
  columns: [
    { name: 'age', categories: null, fill: 41.5 },
    { name: 'town', categories: ['', 'Bonn', 'Köln'], fill: 'Bonn' },
  ],
  scale: 0.25,
  standardization: { means: [0.1, -2, 1e-9, 4], deviations: [1, 1e300, 5e-324, 3] },
}

test('a recipe survives JSON', () => {
  assert.equal(recipeFromJSON(JSON.parse(JSON.stringify(full))), full)
  assert.equal(recipeFromJSON(JSON.parse(JSON.stringify(plainRecipe))), plainRecipe)
  assert.equal(recipeFromJSON({}), plainRecipe)
  assert.is(recipeFromJSON({ classNames: ['a', 'b', 'c'] }).classes, 3)
})

test('it is a copy', () => {
  const classNames = ['a', 'b']
  const recipe = recipeFromJSON({ classNames })
  classNames[0] = 'z'
  assert.equal(recipe.classNames, ['a', 'b'])
})

const bad: readonly [value: unknown, says: string][] = [
  [undefined, 'expected a recipe for `recipe`, received undefined'],
  [null, 'expected an object of options for `recipe`, received null'],
  [[], 'expected an object of options for `recipe`, received []'],
  ['{}', "expected an object of options for `recipe`, received '{}'"],
  [{ className: ['a'] }, 'received `className`; did you mean `classNames`?'],
  [{ classNames: 'ab' }, "an array that is not empty for `recipe.classNames`, received 'ab'"],
  [{ classNames: [] }, 'an array that is not empty for `recipe.classNames`, received []'],
  [{ classNames: ['a', 1] }, 'a text for `recipe.classNames[1]`, received 1'],
  [{ classNames: ['a', undefined, 'b'] }, 'a text for `recipe.classNames[1]`, received undefined'],
  [{ classNames: ['a', 'b', 'a'] }, "different names for `recipe.classNames`, received 'a'"],
  [{ classNames: ['a', 'b'], classes: 1 }, "at most 1 names for `recipe.classNames`, received ['a', 'b']"],
  [{ classes: 0 }, 'a whole number from 1 to 2147483647 for `recipe.classes`, received 0'],
  [{ classes: '2' }, "a whole number from 1 to 2147483647 for `recipe.classes`, received '2'"],
  [{ label: -1 }, 'a whole number from 0 to 2147483647 for `recipe.label`, received -1'],
  [{ label: {} }, 'for `recipe.label`, received {}'],
  [{ scale: 0 }, 'a finite number other than 0 for `recipe.scale`, received 0'],
  [{ scale: '1' }, "for `recipe.scale`, received '1'"],
  [{ columns: {} }, 'an array that is not empty for `recipe.columns`, received {}'],
  [{ columns: [null] }, 'an object of options for `recipe.columns[0]`, received null'],
  [{ columns: [undefined] }, 'a column for `recipe.columns[0]`, received undefined'],
  [{ columns: [{ nam: 'a' }] }, 'received `nam`; did you mean `name`?'],
  [{ columns: [{ name: 1 }] }, 'a text for `recipe.columns[0].name`, received 1'],
  [{ columns: [{ fill: 'a' }] }, "a finite number for `recipe.columns[0].fill`, received 'a'"],
  [{ columns: [{ categories: [] }] }, 'for `recipe.columns[0].categories`, received []'],
  [{ columns: [{ categories: ['a', 'a'] }] }, "different names for `recipe.columns[0].categories`, received 'a'"],
  [{ columns: [{ categories: ['a'], fill: 0 }] }, 'a text for `recipe.columns[0].fill`, received 0'],
  [{ columns: [{ categories: ['a'], fill: 'b' }] }, "one of the categories for `recipe.columns[0].fill`, received 'b'"],
  [{ standardization: [] }, 'an object of options for `recipe.standardization`, received []'],
  [{ standardization: {} }, 'for `recipe.standardization.means`, received undefined'],
  [
    { standardization: { means: [0], deviations: [0] } },
    'above 0 for `recipe.standardization.deviations[0]`, received 0',
  ],
  [{ standardization: { means: [Number.NaN], deviations: [1] } }, '`recipe.standardization.means[0]`, received NaN'],
  [{ standardization: { means: [0, 1], deviations: [1] } }, '2 deviations, one a mean,'],
  [
    { columns: [{ name: 'a' }], standardization: { means: [0, 1], deviations: [1, 1] } },
    'expected 1 means, one a feature, for `recipe.standardization`, received 2',
  ],
]

for (const [value, says] of bad) {
  test(`refused: ${says}`, () => {
    assert.throws(
      () => recipeFromJSON(value),
      (error: { code: string; message: string }) => {
        assert.is(error.code, 'ERR_OPTION')
        assert.ok(error.message.includes(says), error.message)
        return true
      },
    )
  })
}

test('whatever JSON holds: a recipe that stays the same, or ERR_OPTION', () => {
  const parts = fc.record(
    {
      classNames: fc.oneof(fc.constant(full.classNames), fc.jsonValue()),
      classes: fc.oneof(fc.constant(2), fc.jsonValue()),
      label: fc.jsonValue(),
      columns: fc.oneof(fc.constant(full.columns), fc.jsonValue()),
      scale: fc.oneof(fc.constant(2), fc.jsonValue()),
      standardization: fc.oneof(fc.constant(full.standardization), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(parts, fc.jsonValue()), (value) => {
      let recipe: Recipe
      try {
        recipe = recipeFromJSON(value)
      } catch (error) {
        assert.is((error as { code: string }).code, 'ERR_OPTION')
        return
      }
      assert.equal(recipeFromJSON(JSON.parse(JSON.stringify(recipe))), recipe)
    }),
    { numRuns: 500 },
  )
})

test.run()

/** Options of fromCsv that are refused before a file is opened. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CsvOptions, Dataset, type MyelinError } from '../src/index.ts'

const test = suite('csv-options')

const numbers = { columns: [{ name: null }, { name: null }], label: 0, classes: 3 }

const badOptions: readonly [options: object, message: string][] = [
  [{ labels: 0 }, 'received `labels`; did you mean `label`?'],
  [{ label: {} }, 'the name of a column or its index from 0 for `label`, received {}'],
  [{ label: 1.5 }, 'for `label`, received 1.5'],
  [{ scale: 0 }, 'a finite number other than 0 for `scale`, received 0'],
  [{ classes: 0 }, 'for `classes`, received 0'],
  [{ header: 'yes' }, "true or false for `header`, received 'yes'"],
  [{ delimiter: ',,' }, "for `delimiter`, received ',,'"],
  [{ delimiter: '5' }, "for `delimiter`, received '5'"],
  [{ ignore: 'a' }, "an array of names or indices of columns for `ignore`, received 'a'"],
  [{ text: [null] }, 'for `text[0]`, received null'],
  [{ fill: 'median' }, "'mean', a number, or an object of column and value for `fill`, received 'median'"],
  [{ fill: Number.NaN }, 'for `fill`, received NaN'],
  [{ fill: { a: Number.NaN } }, 'for `fill.a`, received NaN'],
  [{ fill: { a: null } }, 'for `fill.a`, received null'],
  [{ missing: 'NA' }, "an array of texts for `missing`, received 'NA'"],
  [{ like: 5 }, 'a recipe, or a dataset or fitted model that has one for `like`, received 5'],
  [{ like: { recipe: null } }, 'for `like`, received { recipe }'],
  [{ like: { scale: 'x' } }, "for `recipe.scale`, received 'x'"],
  [{ like: numbers, scale: 2 }, 'nothing beside `like`, which says it, for `scale`, received 2'],
]

for (const [options, message] of badOptions) {
  test(`options ${JSON.stringify(options)}`, async () => {
    const error = await Dataset.fromCsv(Buffer.from('1,2\n'), options as CsvOptions).then(
      () => assert.unreachable('they were taken'),
      (error: MyelinError) => error,
    )
    assert.is(error?.code, 'ERR_OPTION')
    assert.ok(error?.message.includes(message), error?.message)
  })
}

test.run()

/** Small pictures side by side: the weights of units as pixels, above 0 in one colour, below in another. */
import { type Chart, type ChartOptions, colourOf, frame } from './picture.ts'

export interface GridImage {
  /** Row after row. */
  readonly values: ArrayLike<number>
  readonly columns: number
  /** Above the image. */
  readonly label: string
}

export interface ImageGridOptions extends ChartOptions {
  readonly images: readonly GridImage[]
  /** Images in a row. */
  readonly columns: number
  /** Values that have the full colour, as those beyond them. */
  readonly most: number
}

const SHADES = 5
const PIXEL = 5

/** Neighbours of one shade in a row are one piece of a line as thick as a pixel: much smaller than squares. */
export function imageGrid({ images, columns, most, ...options }: ImageGridOptions): Chart {
  const [{ columns: wide, values: first }] = images as readonly [GridImage, ...GridImage[]]
  const values = images.flatMap(({ values, label }) => {
    const shades = Array.from(values, (value) => Math.round(Math.min(1, Math.max(-1, value / most)) * SHADES))
    return shades.flatMap((shade, i) => {
      const [row, from] = [Math.floor(i / wide), i % wide]
      if (shade === 0 || (from > 0 && shades[i - 1] === shade)) return []
      let to = from + 1
      while (to < wide && shades[row * wide + to] === shade) to++
      const piece = { label, shade, row: row + 0.5 }
      return [
        { ...piece, column: from },
        { ...piece, column: to },
        { ...piece, column: null },
      ]
    })
  })
  return {
    title: frame(options).title,
    data: { values },
    columns,
    spacing: 10,
    facet: { field: 'label', header: { title: null, labelOrient: 'bottom' }, sort: images.map(({ label }) => label) },
    spec: {
      width: wide * PIXEL,
      height: (first.length / wide) * PIXEL,
      view: { stroke: '#c4cbd2' },
      mark: {
        type: 'line',
        clip: true,
        strokeWidth: PIXEL + 0.2,
        strokeCap: 'butt',
        invalid: 'break-paths-show-path-domains',
      },
      encoding: {
        x: { field: 'column', type: 'quantitative', scale: { domain: [0, wide], nice: false }, axis: null },
        y: { field: 'row', type: 'quantitative', scale: { domain: [first.length / wide, 0], nice: false }, axis: null },
        order: { field: 'place' },
        detail: { field: 'shade' },
        stroke: {
          field: 'shade',
          type: 'quantitative',
          scale: { domain: [-SHADES, 0, SHADES], range: [colourOf(1), '#ffffff', colourOf(0)], interpolate: 'rgb' },
          legend: null,
        },
      },
    },
  }
}

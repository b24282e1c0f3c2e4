/** The charts that lessons draw: each function makes a Vega-Lite specification, `panels` sets some in rows, `save` draws. */
export { imageGrid } from './images.ts'
export { histogram, type LineSeries, lineChart } from './lines.ts'
export { panels, save } from './picture.ts'
export { contourPlot, movingLine, scatterPlot } from './planes.ts'

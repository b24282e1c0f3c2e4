/**
 * How the report looks, light and dark, on a phone and on a wide screen.
 */
export const STYLE: string = `
:root {
  --page: #ffffff; --card: #f6f7f9; --text: #1b1f24; --faint: #5b6470; --rule: #d9dee5;
  --first: #2563eb; --second: #c2570c; --good: 37 99 235; --bad: 220 60 30;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1d2127; --text: #e8eaed; --faint: #a3abb6; --rule: #363d47;
    --first: #7aa5ff; --second: #f2a45c; --good: 90 140 255; --bad: 255 110 80;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 48px }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere }
h2 { font-size: 18px; margin: 40px 0 12px; padding-top: 16px; border-top: 1px solid var(--rule) }
p { margin: 0 0 12px; color: var(--faint); max-width: 75ch }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0 }
.tiles div { background: var(--card); border-radius: 8px; padding: 10px 14px }
.tiles dt { color: var(--faint); font-size: 13px }
.tiles dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 470px)); gap: 16px; align-items: start }
.smalls { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(160px, 100%), 1fr)); gap: 12px }
figure { margin: 0; background: var(--card); border-radius: 8px; padding: 12px 14px; min-width: 0 }
figcaption { font-weight: 600; margin-bottom: 6px; overflow-wrap: anywhere }
figure svg { display: block; width: 100%; height: auto; overflow: visible }
figure .note { color: var(--faint); font-size: 13px; margin: 6px 0 0 }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; font-variant-numeric: tabular-nums }
svg .grid { stroke: var(--rule); stroke-width: 1 }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round }
svg .line.first { stroke: var(--first) } svg .line.second { stroke: var(--second); stroke-dasharray: 6 3 }
svg .dot.first { fill: var(--first) } svg .dot.second { fill: var(--second) }
svg .cloud { fill: var(--first); fill-opacity: .45 }
svg .ideal { stroke: var(--second); stroke-width: 1.5; stroke-dasharray: 6 3 }
svg .bars { fill: var(--first) }
svg .zero { stroke: var(--faint); vector-effect: non-scaling-stroke; stroke-dasharray: 2 2 }
figure svg.histogram { height: 72px; border-bottom: 1px solid var(--rule); overflow: hidden }
figure.chart svg.histogram { height: 170px }
.ends { display: flex; justify-content: space-between; font-size: 12px; color: var(--faint); font-variant-numeric: tabular-nums }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 4px; padding: 0; list-style: none; font-size: 13px; color: var(--faint) }
.legend svg { display: inline-block; width: 26px; height: 8px; margin-right: 6px; vertical-align: 2px }
.images { display: flex; flex-wrap: wrap; gap: 12px }
.images figure { padding: 8px; width: 108px; font-size: 13px; line-height: 1.35 }
.images img { display: block; width: 92px; height: 92px; image-rendering: pixelated; border-radius: 4px; margin-bottom: 6px }
.images figcaption { font-weight: 400; margin: 0 }
.units { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 6px; max-width: 900px }
.units img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; background: var(--page); border-radius: 3px }
.heat { width: 100%; image-rendering: pixelated; background: var(--page) }
.wide { overflow-x: auto; margin: 0 0 12px }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--first); outline-offset: 2px }
table { border-collapse: collapse; font-size: 14px }
caption { text-align: left; color: var(--faint); font-size: 13px; padding-bottom: 6px }
th, .n { white-space: nowrap } .confusion caption { min-width: 270px }
th, td { padding: 4px 10px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule) }
th { font-weight: 600 } thead th { color: var(--faint) }
.n { text-align: right; font-variant-numeric: tabular-nums }
.confusion { font-size: 13px; font-variant-numeric: tabular-nums }
.confusion th, .confusion td { padding: 4px 3px; text-align: center; border: 1px solid var(--page); min-width: 30px; white-space: nowrap }
.confusion td { background: var(--card) }
.confusion td.right { background: rgb(var(--good) / var(--share)); font-weight: 600 }
.confusion td.wrong { background: rgb(var(--bad) / var(--share)) }
.confusion td.none { color: var(--faint) }
.confusion tbody th { text-align: right; padding-right: 8px }
.beside { display: flex; flex-wrap: wrap; gap: 12px 40px; align-items: flex-start } .beside .wide { max-width: 100% }
.settings td:last-child { min-width: 260px }
details { margin: 8px 0 0 } summary { cursor: pointer; color: var(--faint); font-size: 13px }
footer { margin-top: 40px; color: var(--faint); font-size: 13px }
@media (max-width: 480px) { main { padding: 16px 12px 32px } .confusion { font-size: 11px } .confusion th, .confusion td { padding: 3px 1px; min-width: 24px } }
@media print { figure, .tiles div { break-inside: avoid } }
`

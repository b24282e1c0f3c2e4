/**
 * The pieces of a page: escaped text, tables, figures that a screen reader can tell of, and the page itself.
 * Nothing on it asks for anything from elsewhere, and its policy forbids that too.
 */
import { STYLE } from './style.ts'

/** Text as it may stand between tags and in attributes. */
export function escaped(text: string | number): string {
  return String(text).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** Four digits, no zeros at the end. */
export function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

export interface Table {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** The first cell of a row is its name. Columns of nothing but numbers stand right. */
export function table({ caption, columns, rows }: Table): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : cell)))
  const kinds = columns.map((_, j) => (j > 0 && texts.every((row) => NUMBER.test(row[j] ?? '')) ? ' class="n"' : ''))
  const head = columns.map((name, j) => `<th scope="col"${kinds[j]}>${escaped(name)}</th>`).join('')
  const body = texts.map(([name, ...cells]) => {
    const data = cells.map((text, j) => `<td${kinds[j + 1]}>${escaped(text)}</td>`)
    return `<tr><th scope="row">${escaped(name!)}</th>${data.join('')}</tr>`
  })
  const content = `<caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody>`
  return scrolling(caption, `<table>${content}</table>`)
}

const NUMBER = /^(-?[\d.,]+(e[-+]\d+)?( %)?|NaN)$/

/** What may be wider than the page: it scrolls, with keys too. */
export function scrolling(label: string, content: string): string {
  return `<div class="wide" tabindex="0" role="region" aria-label="${escaped(label)}">${content}</div>`
}

export interface Figure {
  readonly title: string
  /** What is to be seen, in words, for those who do not see it. */
  readonly label: string
  readonly content: string
  /** Beneath: HTML. */
  readonly note?: string
  readonly kind?: 'chart' | 'small' | 'grid'
}

export function figure({ title, label, content, note = '', kind = 'chart' }: Figure): string {
  const picture = `<div role="img" aria-label="${escaped(label)}">${content}</div>`
  return `<figure class="${kind}"><figcaption>${escaped(title)}</figcaption>${picture}${note}</figure>`
}

export function details(summary: string, content: string): string {
  return `<details><summary>${escaped(summary)}</summary>${content}</details>`
}

export function section(title: string, content: string, introduction = ''): string {
  const words = introduction && `<p>${escaped(introduction)}</p>`
  return `<section><h2>${escaped(title)}</h2>${words}${content}</section>`
}

export function page(title: string, content: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

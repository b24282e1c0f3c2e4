// Answers requests for predictions with a model: what http.mjs serves.
//
//   POST /predict   a row, or an array of rows, as JSON; one answer for each
//   GET /health
import { MyelinError } from 'myelin'

const LARGEST_BODY = 1 << 20
const FEW_ROWS = 16

async function readJson(request) {
  const pieces = []
  let bytes = 0
  for await (const piece of request) {
    bytes += piece.length
    if (bytes > LARGEST_BODY) throw Object.assign(new Error(`more than ${LARGEST_BODY} bytes`), { status: 413 })
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch (error) {
    throw Object.assign(new Error(`the body is not JSON: ${error.message}`), { status: 400 })
  }
}

/** Class and probabilities by the names that the training data had, or plain outputs for a model of values. */
function answerOf(row, names) {
  const outputs = Array.from(row)
  if (!names) return { outputs }
  const best = outputs.indexOf(Math.max(...outputs))
  return { class: names[best], probabilities: Object.fromEntries(outputs.map((value, i) => [names[i], value])) }
}

/** A few rows on the spot, in microseconds. Many, or while the model itself trains, without holding up the event loop. */
async function outputsOf(model, rows) {
  if (rows?.length > FEW_ROWS) return model.predict(rows)
  try {
    return model.predictSync(rows)
  } catch (error) {
    if (error.code !== 'ERR_BUSY') throw error
    return model.predict(rows) // waits for its turn between two slices of training
  }
}

async function predict(model, request) {
  const body = await readJson(request)
  const single = Array.isArray(body) && typeof body[0] === 'number'
  const outputs = await outputsOf(model, single ? [body] : body)
  const answers = Array.from({ length: outputs.shape[0] }, (_, i) => answerOf(outputs.row(i), model.recipe?.classNames))
  return single ? answers[0] : answers
}

/** What `createServer` takes. */
export function handler(model) {
  return async (request, response) => {
    const send = (status, value) => {
      const text = JSON.stringify(value)
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      response.end(text)
    }
    try {
      if (request.url === '/health') send(200, { ok: true })
      else if (request.url !== '/predict') send(404, { error: 'POST /predict, or GET /health' })
      else if (request.method !== 'POST') send(405, { error: 'POST a row or an array of rows' })
      else send(200, await predict(model, request))
    } catch (error) {
      // what the caller sent was wrong: shapes, values
      const status = error.status ?? (error instanceof MyelinError ? 400 : 500)
      if (status === 500) console.error(error)
      send(status, { error: status === 500 ? 'failed' : error.message })
    }
  }
}

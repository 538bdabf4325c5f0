// Loaded by a dev server without a plugin of ours, such as Next.js's: its own requests, and the pages
// that it sends, use the local cloud.

const { pageScript } = require('./node.cjs');
const http = require('node:http');
const https = require('node:https');

const PATH = '/@amplify-tui/front-end.js';
const SCRIPT = Buffer.from(`<script src="${PATH}"></script>`);
const LOADED = Symbol.for('amplify-tui: dev server');

if (process.env.NODE_ENV !== 'production' && !globalThis[LOADED]) {
  globalThis[LOADED] = true;
  for (const { prototype } of [http.Server, https.Server]) {
    const { emit } = prototype;
    prototype.emit = function (event, request, response) {
      if (event === 'request' && request.url === PATH) return sendScript(response);
      if (event === 'request' && /\btext\/html\b/.test(request.headers.accept ?? '')) {
        // A compressed page has no place for a line.
        delete request.headers['accept-encoding'];
        addScript(response);
      }
      return emit.apply(this, arguments);
    };
  }
}

function sendScript(response) {
  response.setHeader('content-type', 'text/javascript; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(pageScript());
  return true;
}

function addScript(response) {
  const { write, end, writeHead } = response;
  let done = false;

  response.writeHead = function (status, ...rest) {
    const headers = rest.at(-1);
    if (headers && typeof headers === 'object' && !Array.isArray(headers)) {
      for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
      rest.pop();
    }
    done ||= !String(this.getHeader('content-type') ?? '').includes('text/html');
    if (!done) this.removeHeader('content-length');
    return writeHead.call(this, status, ...rest);
  };
  response.write = function (chunk, ...rest) {
    return write.call(this, withScript(this, chunk, rest), ...rest);
  };
  response.end = function (chunk, ...rest) {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return end.call(this, chunk, ...rest);
    return end.call(this, withScript(this, chunk, rest), ...rest);
  };

  function withScript(to, chunk, [encoding]) {
    if (!done && !to.headersSent) {
      done = !String(to.getHeader('content-type') ?? '').includes('text/html');
      if (!done) to.removeHeader('content-length');
    }
    if (done) return chunk;
    const bytes = Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8');
    const start = bytes.indexOf('<head');
    const at = start < 0 ? -1 : bytes.indexOf('>', start) + 1;
    if (at <= 0 || bytes.includes(PATH)) return chunk;
    done = true;
    return Buffer.concat([bytes.subarray(0, at), SCRIPT, bytes.subarray(at)]);
  }
}

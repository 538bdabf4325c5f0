// In a Node process: `fetch`, what sends by `node:https`, such as axios and the AWS SDK, and where a
// server sends its browsers.

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { syncBuiltinESMExports } = require('node:module');
const path = require('node:path');

/** Wraps `https.request` and `https.get`: addresses of this backend go to the local cloud. */
function rerouteHttps(localAddress) {
  const { request } = https;
  https.request = (...given) => {
    const [address, options, done] = argumentsOf(given);
    const host = options.hostname ?? options.host ?? address?.hostname;
    const rest = options.path ?? (address ? `${address.pathname}${address.search}` : '/');
    const local = host && localAddress(`https://${host}${rest}`);
    if (!local) return request.apply(https, given);
    const { method, headers, timeout, signal, auth } = options;
    const to = new URL(local);
    return http.request(
      {
        method, timeout, signal, auth,
        headers: withoutHost(headers),
        host: to.hostname,
        port: to.port,
        path: local.slice(to.origin.length),
      },
      done,
    );
  };
  https.get = (...given) => https.request(...given).end();
  syncBuiltinESMExports();
}

// (url[, options][, callback]) or (options[, callback])
function argumentsOf(given) {
  const rest = [...given];
  const done = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const [first, options] = rest;
  if (typeof first === 'string') return [URL.canParse(first) ? new URL(first) : undefined, options ?? {}, done];
  return first instanceof URL ? [first, options ?? {}, done] : [undefined, first ?? {}, done];
}

// The request goes to another host than the one that its signature names.
function withoutHost(headers) {
  if (!headers || Array.isArray(headers)) {
    return headers?.filter((_, at) => String(headers[at & ~1]).toLowerCase() !== 'host');
  }
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'));
}

/** Wraps the answers of servers: a redirect to the hosted sign-in goes to the local cloud's. */
function rerouteRedirects(localAddress) {
  const { setHeader, writeHead } = http.ServerResponse.prototype;
  const local = value => (Array.isArray(value) ? value.map(local) : localAddress(String(value)) ?? value);
  const changed = (name, value) => (/^location$/i.test(name) ? local(value) : value);

  http.ServerResponse.prototype.setHeader = function (name, value) {
    return setHeader.call(this, name, changed(name, value));
  };
  http.ServerResponse.prototype.writeHead = function (...given) {
    const headers = given.at(-1);
    if (Array.isArray(headers)) {
      given[given.length - 1] = Array.isArray(headers[0])
        ? headers.map(([name, value]) => [name, changed(name, value)])
        : headers.map((each, at) => (at % 2 ? changed(headers[at - 1], each) : each));
    } else if (headers && typeof headers === 'object') {
      const entries = Object.entries(headers).map(([name, value]) => [name, changed(name, value)]);
      given[given.length - 1] = Object.fromEntries(entries);
    }
    return writeHead.apply(this, given);
  };
}

function rerouteProcess(localAddress) {
  rerouteRequests(localAddress, true);
  rerouteHttps(localAddress);
}

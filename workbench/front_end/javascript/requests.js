// Sends `fetch` where the local cloud answers, and gives presigned addresses that open anywhere.

/** Wraps the global `fetch` and `URL`; `streams`: whether a body can be sent while it is read. */
function rerouteRequests(localAddress, streams) {
  const plainFetch = globalThis.fetch;

  // Asked only after a failure, so that a local cloud that is not there is named.
  let explained = false;
  const explain = async local => {
    const { origin } = new URL(local);
    const isThere = await plainFetch(`${origin}/_amplify_tui/health`, { mode: 'no-cors' }).then(() => true, () => false);
    if (isThere || explained) return;
    explained = true;
    console.warn(`The local cloud at ${origin} does not answer. Start it with: amplify-tui local start`);
  };
  const sent = (local, init) => {
    const answer = plainFetch(local, init);
    answer.catch(error => (error.name === 'AbortError' ? undefined : explain(local)));
    return answer;
  };

  globalThis.fetch = function fetch(input, init) {
    const isRequest = input instanceof Request;
    const local = localAddress(isRequest ? input.url : String(input));
    if (!local) return plainFetch.apply(globalThis, arguments);
    return isRequest ? sendRequest(local, new Request(input, init)) : sendStream(local, init);
  };

  async function sendRequest(local, request) {
    const { method, headers, signal, credentials, cache, redirect, integrity, keepalive } = request;
    const init = { method, headers, signal, credentials, cache, redirect, integrity, keepalive };
    if (request.mode === 'no-cors' || request.mode === 'cors') init.mode = request.mode;
    if (method !== 'GET' && method !== 'HEAD') {
      if (streams) Object.assign(init, { body: request.body, duplex: 'half' });
      else init.body = await request.blob();
    }
    return sent(local, init);
  }

  // Browsers send a stream by HTTP/2 only, which the local cloud does not speak.
  async function sendStream(local, init) {
    if (streams || !(init?.body instanceof ReadableStream)) return sent(local, init);
    const { duplex, ...rest } = init;
    return sent(local, { ...rest, body: await new Response(init.body).blob() });
  }

  // The text of an address that has its signature already: an <img>, a link, another program
  // opens it as it comes. Before it is signed, the signature needs AWS's host.
  const href = Object.getOwnPropertyDescriptor(URL.prototype, 'href');
  const text = url => {
    const plain = href.get.call(url);
    return plain.includes('X-Amz-Signature=') ? localAddress(plain) ?? plain : plain;
  };
  Object.defineProperties(URL.prototype, {
    href: { ...href, get() { return text(this); } },
    toString: { ...Object.getOwnPropertyDescriptor(URL.prototype, 'toString'), value() { return text(this); } },
    toJSON: { ...Object.getOwnPropertyDescriptor(URL.prototype, 'toJSON'), value() { return text(this); } },
  });
  return explain;
}

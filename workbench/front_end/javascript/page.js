// In a page: uploads, elements, links and redirects, besides `fetch`.

function reroutePage(localAddress, explain) {
  const local = value => (typeof value === 'string' ? localAddress(value) ?? value : value);

  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    const address = local(String(url));
    if (address !== String(url)) this.addEventListener('error', () => explain(address), { once: true });
    return open.call(this, method, address, ...rest);
  };

  const { open: openWindow } = window;
  window.open = function (url, ...rest) {
    return openWindow.call(window, url === undefined ? url : local(String(url)), ...rest);
  };

  // What loads as soon as it is set.
  const loading = { src: 'Image Media Source IFrame Embed Script Track', poster: 'Video', data: 'Object' };
  for (const [name, kinds] of Object.entries(loading)) {
    for (const kind of kinds.split(' ')) {
      const { prototype } = window[`HTML${kind}Element`];
      const plain = Object.getOwnPropertyDescriptor(prototype, name);
      Object.defineProperty(prototype, name, {
        ...plain,
        set(value) { plain.set.call(this, local(value)); },
      });
    }
  }
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    setAttribute.call(this, name, /^(src|poster|data)$/i.test(name) ? local(value) : value);
  };

  // Links, when they are about to be followed, whichever way (a new tab, "copy address").
  const follow = event => {
    const link = event.composedPath().find(each => each instanceof HTMLAnchorElement);
    const address = link && localAddress(link.href);
    if (address) link.href = address;
  };
  for (const kind of ['pointerdown', 'click', 'auxclick', 'focusin', 'contextmenu']) {
    document.addEventListener(kind, follow, { capture: true, passive: true });
  }

  // `location.href = …`: the sign-in with redirect leaves the page like that.
  window.navigation?.addEventListener('navigate', event => {
    const address = event.cancelable && localAddress(event.destination.url);
    if (!address) return;
    event.preventDefault();
    setTimeout(() => location[event.navigationType === 'replace' ? 'replace' : 'assign'](address));
  });
}

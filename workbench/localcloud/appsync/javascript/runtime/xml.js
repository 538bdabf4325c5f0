// `util.xml`: elements as maps, repeated ones as lists, attributes beside them.

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const plainText = (text) =>
  text.replace(/&(#x?[\da-fA-F]+|\w+);/g, (whole, name) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = name[1] === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return String.fromCodePoint(code);
  });

// Numbers and booleans become themselves, as in AppSync's own example.
const typed = function (text) {
  const trimmed = text.trim();
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(trimmed) && Number.isSafeInteger(Math.trunc(Number(trimmed)))) {
    return Number(trimmed);
  }
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  return trimmed;
};

class XmlReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(message) {
    throw new SyntaxError(`XML: ${message} at ${this.at}`);
  }

  // What stands between elements and says nothing: declarations, comments, document types.
  skip() {
    for (;;) {
      const match = /^(\s+|<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^>[]*(\[[^\]]*\])?\s*>)/.exec(
        this.text.slice(this.at),
      );
      if (match === null) return;
      this.at += match[0].length;
    }
  }

  element() {
    const open = /^<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/.exec(
      this.text.slice(this.at),
    );
    if (open === null) this.fail("an element was expected");
    this.at += open[0].length;
    const members = {};
    for (const [, name, double, single] of open[2].matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      put(members, name, typed(plainText(double ?? single)));
    }
    if (open[3] === "/") return [open[1], Object.keys(members).length > 0 ? members : ""];
    return [open[1], this.content(open[1], members)];
  }

  content(name, members) {
    let text = "";
    for (;;) {
      const rest = this.text.slice(this.at);
      if (rest === "") this.fail(`<${name}> is not closed`);
      const close = /^<\/([\w:.-]+)\s*>/.exec(rest);
      const cdata = /^<!\[CDATA\[([^]*?)\]\]>/.exec(rest);
      const comment = /^(<!--[^]*?-->|<\?[^]*?\?>)/.exec(rest);
      if (close !== null) {
        if (close[1] !== name) this.fail(`</${close[1]}> closes <${name}>`);
        this.at += close[0].length;
        break;
      } else if (cdata !== null) {
        text += cdata[1];
        this.at += cdata[0].length;
      } else if (comment !== null) {
        this.at += comment[0].length;
      } else if (rest[0] === "<") {
        const [child, value] = this.element();
        put(members, child, value);
      } else {
        const [piece] = /^[^<]+/.exec(rest);
        text += plainText(piece);
        this.at += piece.length;
      }
    }
    if (Object.keys(members).length === 0) return typed(text);
    if (text.trim() !== "") members.content = typed(text);
    return members;
  }
}

function put(members, name, value) {
  if (!Object.hasOwn(members, name)) members[name] = value;
  else if (Array.isArray(members[name])) members[name].push(value);
  else members[name] = [members[name], value];
}

function toMap(xml) {
  if ($.isNothing(xml)) return null;
  const reader = new XmlReader($.text(xml, "util.xml.toMap"));
  reader.skip();
  const [name, value] = reader.element();
  reader.skip();
  if (reader.at < reader.text.length) reader.fail("one root element was expected");
  return { [name]: value };
}

$.groups.xml = Object.freeze({
  toMap,
  toJsonString(xml, stringEncode) {
    const text = JSON.stringify(toMap(xml));
    return stringEncode ? JSON.stringify(text) : text;
  },
});

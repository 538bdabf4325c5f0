// `util`: errors, encodings, ids and checks. The groups (util.time and so on) are files of their own.

// --- chance ---

// A small fast generator (sfc32) over a seed of 128 random bits, given anew for each evaluation:
// the engine's own would need a call into Python, which the time limit forbids.
$.randomSource = function (seed) {
  let [a, b, c, counter] = seed;
  return function () {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
};

$.randomBytes = (count) => Array.from({ length: count }, () => $.state.random() & 255);

$.randomDouble = () =>
  ($.state.random() * 2 ** 21 + ($.state.random() >>> 11)) / 2 ** 53;

$.hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Digits of a byte sequence in another base, padded to a width.
$.inBase = function (bytes, alphabet, width) {
  const base = BigInt(alphabet.length);
  let number = BigInt("0x" + $.hex(bytes));
  let text = "";
  while (text.length < width) {
    text = alphabet[Number(number % base)] + text;
    number /= base;
  }
  return text;
};

$.bigEndian = function (number, count) {
  const bytes = [];
  for (let left = number; bytes.length < count; left = Math.floor(left / 256)) {
    bytes.unshift(left % 256);
  }
  return bytes;
};

$.uuid = function () {
  const bytes = $.randomBytes(16);
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const text = $.hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)]
    .join("-");
};

const ULID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KSUID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KSUID_EPOCH_SECONDS = 1400000000;

$.ulid = () =>
  $.inBase([...$.bigEndian($.now(), 6), ...$.randomBytes(10)], ULID_ALPHABET, 26);

$.ksuid = function () {
  const seconds = Math.floor($.now() / 1000) - KSUID_EPOCH_SECONDS;
  return $.inBase([...$.bigEndian(seconds, 4), ...$.randomBytes(16)], KSUID_ALPHABET, 27);
};

$.now = () => $.state.settings.now;

// --- encodings ---

$.toUtf8 = (text) => unescape(encodeURIComponent(text));

$.fromUtf8 = function (bytes) {
  try {
    return decodeURIComponent(escape(bytes));
  } catch {
    return bytes; // not UTF-8: the bytes as they are
  }
};

$.text = function (value, where) {
  if (typeof value !== "string") throw new TypeError(`${where} needs a string`);
  return value;
};

$.urlEncode = (value) =>
  encodeURIComponent($.text(value, "util.urlEncode"))
    .replace(/[!'()~]/g, (char) => "%" + char.charCodeAt(0).toString(16).toUpperCase())
    .replace(/%20/g, "+");

const ESCAPES = { "\\": "\\\\", '"': '\\"', "'": "\\'", "/": "\\/", "\b": "\\b", "\n": "\\n" };
Object.assign(ESCAPES, { "\t": "\\t", "\f": "\\f", "\r": "\\r" });

$.escapeJavaScript = (value) =>
  $.text(value, "util.escapeJavaScript").replace(
    /[\\"'/\b\n\t\f\r]|[^ -~]/g,
    (char) =>
      ESCAPES[char] ?? "\\u" + char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0"),
  );

// A pattern of java.util.regex as one of JavaScript, where they differ in common use.
$.pattern = function (source) {
  let text = $.text(source, "util.matches");
  let flags = "u";
  const inline = /^\(\?([imsu]+)\)/.exec(text);
  if (inline !== null) {
    flags += inline[1].replace("u", "");
    text = text.slice(inline[0].length);
  }
  text = text
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$$")
    .replace(/\\p\{(Alpha|Digit|Alnum|Upper|Lower|Punct|Space)\}/g, (_, name) => POSIX[name])
    .replace(/([*+?}])\+/g, "$1");
  try {
    return new RegExp(text, flags);
  } catch {
    return new RegExp(text, flags.replace("u", "")); // escapes that only Unicode mode refuses
  }
};

const POSIX = {
  Alpha: "[A-Za-z]",
  Digit: "[0-9]",
  Alnum: "[A-Za-z0-9]",
  Upper: "[A-Z]",
  Lower: "[a-z]",
  Punct: "[!-\\/:-@\\[-`{-~]",
  Space: "\\s",
};

// --- errors ---

$.errorOf = (message, type, data, info) => ({
  message: $.isNothing(message) ? null : String(message),
  type: $.isNothing(type) ? null : String(type),
  data: data ?? null,
  info: info ?? null,
});

$.unauthorized = function () {
  const info = $.state.context.info ?? {};
  const message = `Not Authorized to access ${info.fieldName} on type ${info.parentTypeName}`;
  $.stop({ kind: "error", error: $.errorOf(message, "Unauthorized") });
};

// --- emptiness ---

const isEmpty = (value) => $.isNothing(value) || value === "";
const isBlank = (value) => $.isNothing(value) || String(value).trim() === "";

$.util = {
  error(message, type, data, info) {
    $.stop({ kind: "error", error: $.errorOf(message, type, data, info) });
  },
  appendError(message, type, data, info) {
    const error = $.errorOf(message, type, data, info);
    $.state.effects.errors.push(JSON.parse(JSON.stringify(error)));
  },
  unauthorized: $.unauthorized,
  validate(condition, message, type, data) {
    if (condition) return;
    const error = $.errorOf(message, type ?? "CustomTemplateException", data);
    $.stop({ kind: "error", error });
  },
  authType: () => $.state.settings.authType,
  autoId: () => $.uuid(),
  autoUlid: () => $.ulid(),
  autoKsuid: () => $.ksuid(),
  matches: (pattern, value) => $.pattern(pattern).test(String(value)),
  escapeJavaScript: $.escapeJavaScript,
  urlEncode: $.urlEncode,
  urlDecode: (value) => decodeURIComponent($.text(value, "util.urlDecode").replace(/\+/g, " ")),
  base64Encode: (value) => btoa($.toUtf8($.text(value, "util.base64Encode"))),
  base64Decode: (value) => $.fromUtf8(atob($.text(value, "util.base64Decode"))),
  isNull: (value) => $.isNothing(value),
  isNullOrEmpty: isEmpty,
  isNullOrBlank: isBlank,
  defaultIfNull: (value, other) => value ?? other,
  defaultIfNullOrEmpty: (value, other) => (isEmpty(value) ? other : value),
  defaultIfNullOrBlank: (value, other) => (isBlank(value) ? other : value),
  isString: (value) => typeof value === "string",
  isNumber: (value) => typeof value === "number",
  isBoolean: (value) => typeof value === "boolean",
  isList: (value) => Array.isArray(value),
  isMap: (value) => $.isObject(value),
  log: $.console,
};

// Java's Math.round: halves go up, to a whole number.
$.util.math = Object.freeze({
  roundNum: (number) => Math.floor(number + 0.5),
  minVal: (left, right) => Math.min(left, right),
  maxVal: (left, right) => Math.max(left, right),
  randomDouble: () => $.randomDouble(),
  randomWithinRange: (start, end) => Math.floor(start + $.randomDouble() * (end - start)),
});

$.util.str = Object.freeze({
  normalize(value, form) {
    return $.isNothing(value) ? null : String(value).normalize(String(form).toUpperCase());
  },
  toUpper: (value) => ($.isNothing(value) ? null : String(value).toUpperCase()),
  toLower: (value) => ($.isNothing(value) ? null : String(value).toLowerCase()),
  toReplace: (value, from, to) =>
    $.isNothing(value) ? null : String(value).split(String(from)).join(String(to)),
});

// --- http ---

// Headers that belong to one connection or to AppSync itself ("HTTP helpers in util.http").
const RESTRICTED_HEADERS = new Set(
  (
    "transfer-encoding connection host expect keep-alive upgrade proxy-authenticate " +
    "proxy-authorization te content-length"
  ).split(" "),
);
const RESPONSE_HEADER_BYTES = 4096;

$.addResponseHeader = function (name, value) {
  const lower = $.text(name, "util.http.addResponseHeader").toLowerCase();
  if (/^x-amzn?-/.test(lower) || RESTRICTED_HEADERS.has(lower) || lower === "content-type") {
    throw new TypeError(`The response header ${name} is reserved`);
  }
  const { headers } = $.state.effects;
  headers[name] = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const size = Object.entries(headers).reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  if (size > RESPONSE_HEADER_BYTES) throw new RangeError("Response headers are limited to 4 KB");
};

$.util.http = Object.freeze({
  copyHeaders: (headers) =>
    Object.fromEntries(
      Object.entries(headers ?? {}).filter(([name]) => !RESTRICTED_HEADERS.has(name.toLowerCase())),
    ),
  addResponseHeader: $.addResponseHeader,
  addResponseHeaders(headers) {
    for (const [name, value] of Object.entries(headers)) $.addResponseHeader(name, value);
  },
});

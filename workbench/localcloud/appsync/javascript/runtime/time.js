// `util.time`: times of day in the patterns of java.time.format.DateTimeFormatter.

const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MONTHS = (
  "January February March April May June July August September October November December"
).split(" ");
const MILLISECONDS_OF_DAY = 86400000;

// --- zones ---

// Offset and abbreviation of a zone at a moment. Rules of named zones come from Python: a name that
// is not known yet ends the evaluation, which is then repeated with it.
function zoneAt(zone, milliseconds) {
  if (/^(UTC|GMT|Z|UT)$/.test(zone)) return { seconds: 0, name: zone === "Z" ? "Z" : zone };
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  if (fixed !== null) {
    const seconds = Number(fixed[2]) * 3600 + Number(fixed[3] ?? 0) * 60;
    return { seconds: fixed[1] === "-" ? -seconds : seconds, name: zone };
  }
  const changes = rulesOf(zone);
  let found = changes[0];
  for (const change of changes) {
    if (change[0] > milliseconds) break;
    found = change;
  }
  return { seconds: found[1], name: found[2] };
}

function rulesOf(zone) {
  if ($.zones[zone] === undefined) {
    $.state.neededZone = zone;
    throw new $.Stop("zone");
  }
  if ($.zones[zone] === null) throw new RangeError(`Unknown time zone: ${zone}`);
  return $.zones[zone];
}

function fromLocal(local, zone) {
  const guess = local - zoneAt(zone, local).seconds * 1000;
  return local - zoneAt(zone, guess).seconds * 1000;
}

// --- patterns ---

const patternCache = new Map();

// A pattern as [letter, count] and ["'", text].
function fieldsOf(pattern) {
  const known = patternCache.get(pattern);
  if (known !== undefined) return known;
  const fields = [];
  const source = $.text(pattern, "util.time");
  const parts = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;
  let at = 0;
  for (const match of source.matchAll(parts)) {
    if (match.index !== at) break;
    at += match[0].length;
    if (match[1] !== undefined) fields.push(["'", match[1] === "" ? "'" : match[1].replace(/''/g, "'")]);
    else if (match[2] !== undefined) fields.push([match[2], match[0].length]);
    else fields.push(["'", match[0].replace(/[[\]]/g, "")]);
  }
  if (at !== source.length) throw new RangeError(`Not a date pattern: ${source}`);
  patternCache.set(pattern, fields);
  return fields;
}

const padded = (number, count) =>
  (number < 0 ? "-" : "") + String(Math.abs(number)).padStart(count, "0");

function offsetText(seconds, { colon, zero, minutes }) {
  if (seconds === 0 && zero !== null) return zero;
  const absolute = Math.abs(seconds);
  const hours = padded(Math.floor(absolute / 3600), 2);
  const rest = padded(Math.floor(absolute / 60) % 60, 2);
  const sign = seconds < 0 ? "-" : "+";
  if (minutes === "if needed" && rest === "00") return sign + hours;
  return `${sign}${hours}${colon ? ":" : ""}${rest}`;
}

const named = (list, index, count) => (count === 4 ? list[index] : list[index].slice(0, count === 5 ? 1 : 3));

const dayOfYear = (date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MILLISECONDS_OF_DAY) + 1;

const yearText = (year, count) => (count === 2 ? padded(((year % 100) + 100) % 100, 2) : padded(year, count));

// Each letter: (local date, count, zone facts, zone) → text.
const WRITERS = {
  y: (date, count) => yearText(date.getUTCFullYear(), count),
  u: (date, count) => yearText(date.getUTCFullYear(), count),
  G: (date, count) => (count === 4 ? "Anno Domini" : count === 5 ? "A" : "AD"),
  M: (date, count) =>
    count < 3 ? padded(date.getUTCMonth() + 1, count) : named(MONTHS, date.getUTCMonth(), count),
  L: (date, count) => WRITERS.M(date, count),
  d: (date, count) => padded(date.getUTCDate(), count),
  D: (date, count) => padded(dayOfYear(date), count),
  Q: (date, count) => (count < 3 ? "" : "Q") + padded(Math.floor(date.getUTCMonth() / 3) + 1, count < 3 ? count : 1),
  E: (date, count) => named(DAYS, date.getUTCDay(), count < 4 ? 3 : count),
  e: (date, count) => (count < 3 ? padded(date.getUTCDay() + 1, count) : WRITERS.E(date, count)),
  a: (date) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  H: (date, count) => padded(date.getUTCHours(), count),
  k: (date, count) => padded(date.getUTCHours() || 24, count),
  K: (date, count) => padded(date.getUTCHours() % 12, count),
  h: (date, count) => padded(date.getUTCHours() % 12 || 12, count),
  m: (date, count) => padded(date.getUTCMinutes(), count),
  s: (date, count) => padded(date.getUTCSeconds(), count),
  S: (date, count) => padded(date.getUTCMilliseconds(), 3).padEnd(9, "0").slice(0, count),
  n: (date, count) => padded(date.getUTCMilliseconds() * 1e6, count),
  A: (date, count) =>
    padded(((date.getTime() % MILLISECONDS_OF_DAY) + MILLISECONDS_OF_DAY) % MILLISECONDS_OF_DAY, count),
  V: (date, count, facts, zone) => zone,
  z: (date, count, facts) => facts.name,
  O: (date, count, { seconds }) =>
    seconds === 0 ? "GMT" : "GMT" + (count === 4
      ? offsetText(seconds, { colon: true, zero: null })
      : offsetText(seconds, { colon: true, zero: null, minutes: "if needed" }).replace(/^([+-])0/, "$1")),
  X: (date, count, { seconds }) =>
    offsetText(seconds, { colon: count % 2 === 1 && count > 1, zero: "Z", minutes: count === 1 ? "if needed" : "" }),
  x: (date, count, { seconds }) =>
    offsetText(seconds, { colon: count % 2 === 1 && count > 1, zero: null, minutes: count === 1 ? "if needed" : "" }),
  Z: (date, count, { seconds }) =>
    count === 5
      ? offsetText(seconds, { colon: true, zero: "Z" })
      : (count === 4 ? "GMT" : "") + offsetText(seconds, { colon: count === 4, zero: null }),
};

function format(milliseconds, pattern, zone) {
  const facts = zoneAt(zone, milliseconds);
  const local = new Date(milliseconds + facts.seconds * 1000);
  if (Number.isNaN(local.getTime())) throw new RangeError(`Not a time: ${String(milliseconds)}`);
  return fieldsOf(pattern)
    .map(([letter, given]) => {
      if (letter === "'") return given;
      const write = WRITERS[letter];
      if (write === undefined) throw new RangeError(`Unknown pattern letter: ${letter}`);
      return write(local, given, facts, zone);
    })
    .join("");
}

// --- parsing ---

const either = (list, count) =>
  list.map((each) => (count === 4 ? each : each.slice(0, 3))).join("|");

const OFFSET = "Z|(?:GMT|UTC)?[+-]\\d{1,2}(?::?\\d{2}){0,2}|GMT|UTC";

// The expression for a field: as many digits as it has letters where digits follow.
function expressionOf([letter, count], fixed) {
  const digits = fixed ? `\\d{${count}}` : count === 1 ? "\\d+" : `\\d{${count},}`;
  switch (letter) {
    case "y":
    case "u":
      return count === 2 ? "\\d{2}" : fixed ? `[+-]?\\d{${count}}` : `[+-]?\\d{${count},}`;
    case "M":
    case "L":
      return count < 3 ? (fixed ? digits : `\\d{${count},2}`) : either(MONTHS, count);
    case "E":
      return either(DAYS, count < 4 ? 3 : 4);
    case "a":
      return "AM|PM|am|pm";
    case "S":
      return `\\d{${count}}`;
    case "d": case "H": case "h": case "k": case "K": case "m": case "s":
      return fixed ? digits : `\\d{${count},2}`;
    case "D": case "A":
      return digits;
    case "X": case "x": case "Z": case "O":
      return OFFSET;
    case "z": case "V":
      return `${OFFSET}|[A-Za-z_]+(?:/[A-Za-z_+-]+)*`;
    default:
      throw new RangeError(`Unknown pattern letter: ${letter}`);
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

const NUMERIC = "yuMLdDHhkKmsSA";

function parse(timestamp, pattern, defaultZone) {
  const fields = fieldsOf(pattern);
  const source = fields
    .map((field, index) => {
      if (field[0] === "'") return escaped(field[1]);
      const next = fields[index + 1];
      const fixed = next !== undefined && next[0] !== "'" && NUMERIC.includes(next[0]);
      return `(${expressionOf(field, fixed)})`;
    })
    .join("");
  const match = new RegExp(`^${source}$`).exec($.text(timestamp, "util.time"));
  if (match === null) throw new RangeError(`Text '${timestamp}' could not be parsed as ${pattern}`);
  const found = {};
  fields
    .filter(([letter]) => letter !== "'")
    .forEach(([letter, count], index) => (found[letter] = [match[index + 1], count]));
  return momentOf(found, defaultZone);
}

function momentOf(found, defaultZone) {
  const number = (letter, otherwise) => (found[letter] === undefined ? otherwise : Number(found[letter][0]));
  let year = number("y", number("u", 1970));
  const [, yearLetters] = found.y ?? found.u ?? [];
  if (yearLetters === 2) year += 2000;
  const month = monthOf(found.M ?? found.L);
  const milliseconds = found.S === undefined ? number("A", 0) : Number(found.S[0].padEnd(3, "0").slice(0, 3));
  const day = found.D === undefined ? number("d", 1) : number("D", 1);
  const local = new Date(0);
  local.setUTCFullYear(year, found.D === undefined ? month : 0, day);
  local.setUTCHours(hourOf(found, number), number("m", 0), number("s", 0), milliseconds);
  const written = found.X ?? found.x ?? found.Z ?? found.O ?? found.z ?? found.V;
  return fromLocal(local.getTime(), written === undefined ? defaultZone : written[0]);
}

function monthOf(field) {
  if (field === undefined) return 0;
  const [text, count] = field;
  return count < 3 ? Number(text) - 1 : MONTHS.findIndex((name) => name.startsWith(text));
}

function hourOf(found, number) {
  if (found.H !== undefined) return number("H", 0);
  if (found.k !== undefined) return number("k", 0) % 24;
  const hour = found.K === undefined ? number("h", 0) % 12 : number("K", 0);
  return found.a !== undefined && found.a[0].toLowerCase() === "pm" ? hour + 12 : hour;
}

function parseIso(timestamp) {
  const milliseconds = Date.parse($.text(timestamp, "util.time"));
  if (Number.isNaN(milliseconds)) throw new RangeError(`Text '${timestamp}' is not an ISO 8601 time`);
  return milliseconds;
}

$.groups.time = Object.freeze({
  nowISO8601: () => new Date($.now()).toISOString(),
  nowEpochSeconds: () => Math.floor($.now() / 1000),
  nowEpochMilliSeconds: () => $.now(),
  nowFormatted: (pattern, zone) => format($.now(), pattern, zone ?? "UTC"),
  parseFormattedToEpochMilliSeconds: (text, pattern, zone) => parse(text, pattern, zone ?? "UTC"),
  parseISO8601ToEpochMilliSeconds: parseIso,
  epochMilliSecondsToSeconds: (milliseconds) => Math.floor(milliseconds / 1000),
  epochMilliSecondsToISO8601: (milliseconds) => new Date(milliseconds).toISOString(),
  epochMilliSecondsToFormatted: (milliseconds, pattern, zone) =>
    format(milliseconds, pattern, zone ?? "UTC"),
});

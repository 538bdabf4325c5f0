// `util.dynamodb`: values in DynamoDB's typed form, as AppSync writes it: numbers stay numbers, and
// a null is {"NULL": null} (AppSync's reference of `util.dynamodb`).

$.toDynamo = function (value) {
  if ($.isNothing(value)) return { NULL: null };
  if (typeof value === "string") return { S: value };
  if (typeof value === "boolean") return { BOOL: value };
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`DynamoDB has no number ${value}`);
    return { N: value };
  }
  if (typeof value === "bigint") throw new TypeError("Do not know how to serialize a BigInt");
  if (Array.isArray(value)) return { L: value.map($.toDynamo) };
  if (value instanceof Date) return { S: value.toISOString() };
  if (typeof value === "object") return { M: $.toDynamoMap(value) };
  throw new TypeError(`A ${typeof value} is not a DynamoDB value`);
};

$.toDynamoMap = function (map) {
  const converted = {};
  for (const [name, value] of Object.entries(map)) {
    if (value !== undefined && typeof value !== "function") {
      converted[name] = $.isSet(value) ? value : $.toDynamo(value);
    }
  }
  return converted;
};

// Sets come typed from toStringSet and its like, and are put into items and updates as they are.
$.sets = new WeakSet();
$.isSet = (value) => typeof value === "object" && value !== null && $.sets.has(value);
$.asSet = function (kind, list) {
  if (!Array.isArray(list)) throw new TypeError("A DynamoDB set needs a list");
  const made = { [kind]: [...list] };
  $.sets.add(made);
  return made;
};

const unlessNothing = (convert) => (value) => ($.isNothing(value) ? null : convert(value));

$.s3Object = function (key, bucket, region, version) {
  const place = $.isNothing(version) ? { key, bucket, region } : { key, bucket, region, version };
  return { S: JSON.stringify({ s3: place }) };
};

$.util.dynamodb = Object.freeze({
  toDynamoDB: (value) => ($.isSet(value) ? value : $.toDynamo(value)),
  toString: unlessNothing((value) => ({ S: String(value) })),
  toStringSet: unlessNothing((list) => $.asSet("SS", list)),
  toNumber: unlessNothing((value) => ({ N: value })),
  toNumberSet: unlessNothing((list) => $.asSet("NS", list)),
  toBinary: unlessNothing((value) => ({ B: value })),
  toBinarySet: unlessNothing((list) => $.asSet("BS", list)),
  toBoolean: unlessNothing((value) => ({ BOOL: Boolean(value) })),
  toNull: () => ({ NULL: null }),
  toList: unlessNothing((list) => ({ L: list.map($.toDynamo) })),
  toMap: unlessNothing((map) => ({ M: $.toDynamoMap(map) })),
  toMapValues: unlessNothing((map) => $.toDynamoMap(map)),
  toS3Object: $.s3Object,
  fromS3ObjectJson: (text) => JSON.parse(text).s3,
});

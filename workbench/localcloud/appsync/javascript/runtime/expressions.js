// Filter and condition objects as DynamoDB expressions.
//
// Placeholders follow AppSync's naming, on which templates build: `#<field>`, `:<field>_<operator>`,
// and inside groups `:or_0_<field>_<operator>`.

const COMPARISONS = { eq: "=", ne: "<>", le: "<=", lt: "<", ge: ">=", gt: ">" };
const GROUPS = ["and", "or", "not"];
const OPERATORS = new Set([
  ...Object.keys(COMPARISONS),
  ...["between", "contains", "notContains", "beginsWith", "in", "attributeExists"],
  ...["attributeType", "size"],
]);
const ATTRIBUTE_TYPES = {
  _null: "NULL",
  string: "S",
  stringSet: "SS",
  number: "N",
  numberSet: "NS",
  binary: "B",
  binarySet: "BS",
  boolean: "BOOL",
  bool: "BOOL",
  list: "L",
  map: "M",
};

function expectTwo(operand) {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw new TypeError("Operator between takes a list of two values");
  }
}

function saysNothing(conditions) {
  return conditions === null || ($.isObject(conditions) && Object.keys(conditions).length === 0);
}

class DynamoExpression {
  constructor() {
    this.names = {};
    this.values = {};
  }

  // The placeholder of a path of attributes, such as `#address.#city`.
  name(path) {
    return path
      .map((attribute) => {
        const placeholder = this.free("#" + attribute.replace(/\W/g, "_"), (taken) =>
          this.names[taken] === undefined ? false : this.names[taken] !== attribute,
        );
        this.names[placeholder] = attribute;
        return placeholder;
      })
      .join(".");
  }

  value(prefix, path, suffix, value) {
    const wanted = ":" + [...prefix, ...path, ...suffix].join("_").replace(/\W/g, "_");
    const placeholder = this.free(wanted, (taken) => Object.hasOwn(this.values, taken));
    this.values[placeholder] = $.util.dynamodb.toDynamoDB(value);
    return placeholder;
  }

  free(wanted, isTaken) {
    let placeholder = wanted;
    for (let number = 2; isTaken(placeholder); number += 1) placeholder = `${wanted}_${number}`;
    return placeholder;
  }

  // All parts of an object, which hold together; `flat` leaves several conditions on one field
  // side by side.
  parts(object, prefix, flat = false) {
    const parts = [];
    for (const [field, condition] of Object.entries(object)) {
      if ($.isNothing(condition)) continue;
      if (GROUPS.includes(field)) {
        parts.push(this.group(field, condition, prefix));
      } else if ($.isObject(condition)) {
        const found = this.comparisons(condition, prefix, [field]);
        parts.push(...(flat ? found : [this.join(found, "AND")]));
      } else {
        throw new TypeError(`The condition on ${field} is not an object of operators`);
      }
    }
    return parts.filter((part) => part !== null);
  }

  comparisons(condition, prefix, path) {
    const parts = [];
    for (const [operator, operand] of Object.entries(condition)) {
      if (operand === undefined || (operator === "size" && saysNothing(operand))) continue;
      if (OPERATORS.has(operator)) {
        parts.push(this.comparison(operator, operand, prefix, path));
      } else if ($.isObject(operand)) {
        parts.push(this.join(this.comparisons(operand, prefix, [...path, operator]), "AND"));
      } else {
        throw new TypeError(`Operator ${operator} is not supported`);
      }
    }
    return parts;
  }

  group(kind, conditions, prefix) {
    const list = Array.isArray(conditions) ? conditions : [conditions];
    const parts = list.map((condition, index) => {
      if (!$.isObject(condition)) throw new TypeError(`Operator ${kind} takes conditions`);
      const inside = Array.isArray(conditions) ? [...prefix, kind, String(index)] : [...prefix, kind];
      return this.join(this.parts(condition, inside), "AND");
    });
    if (kind !== "not") return this.join(parts, kind.toUpperCase());
    const inner = this.join(parts, "AND");
    return inner === null ? null : `(NOT ${inner})`;
  }

  // Parentheses only around several parts, and none around the whole, for handlers put it into some
  // of their own: DynamoDB refuses redundant ones.
  join(parts, word) {
    const said = parts.filter((part) => part !== null);
    if (said.length === 0) return null;
    return said.length === 1 ? said[0] : `(${said.join(` ${word} `)})`;
  }

  comparison(operator, operand, prefix, path) {
    const name = this.name(path);
    const value = (given, ...suffix) => this.value(prefix, path, [operator, ...suffix], given);
    if (Object.hasOwn(COMPARISONS, operator)) {
      return `${name} ${COMPARISONS[operator]} ${value(operand)}`;
    }
    switch (operator) {
      case "between":
        expectTwo(operand);
        return `${name} BETWEEN ${value(operand[0], 1)} AND ${value(operand[1], 2)}`;
      case "in":
        if (!Array.isArray(operand) || operand.length === 0) {
          throw new TypeError("Operator in needs at least one value");
        }
        return `${name} IN (${operand.map((item, index) => value(item, index + 1)).join(", ")})`;
      case "contains":
        return `contains(${name}, ${value(operand)})`;
      case "notContains":
        return `NOT contains(${name}, ${value(operand)})`;
      case "beginsWith":
        return `begins_with(${name}, ${value(operand)})`;
      case "attributeExists":
        return operand ? `attribute_exists(${name})` : `attribute_not_exists(${name})`;
      case "attributeType":
        return `attribute_type(${name}, ${value(ATTRIBUTE_TYPES[operand] ?? operand)})`;
      default:
        return this.size(name, operand, prefix, path);
    }
  }

  size(name, operand, prefix, path) {
    const parts = Object.entries($.isObject(operand) ? operand : { eq: operand }).map(
      ([operator, given]) => {
        const value = (each, ...suffix) =>
          this.value(prefix, path, ["size", operator, ...suffix], each);
        if (operator === "between") {
          expectTwo(given);
          return `size(${name}) BETWEEN ${value(given[0], 1)} AND ${value(given[1], 2)}`;
        }
        if (!Object.hasOwn(COMPARISONS, operator)) {
          throw new TypeError(`Operator ${operator} is not supported`);
        }
        return `size(${name}) ${COMPARISONS[operator]} ${value(given)}`;
      },
    );
    return this.join(parts, "AND");
  }
}

// The expression of a filter or condition object, or undefined where it says nothing.
// In that of a query's key DynamoDB counts the conditions on each field: `flat` keeps them apart.
$.dynamoExpression = function (object, flat = false) {
  if ($.isNothing(object)) return undefined;
  if (!$.isObject(object)) throw new TypeError("A filter or condition must be an object");
  const made = new DynamoExpression();
  const parts = made.parts(object, [], flat);
  if (parts.length === 0) return undefined;
  return { expression: parts.join(" AND "), expressionNames: made.names, expressionValues: made.values };
};

// Without members for an invalid filter, as in VTL.
$.dynamoFilterText = function (object) {
  try {
    return $.dynamoExpressionText(object);
  } catch (problem) {
    if (problem instanceof TypeError) return "{}";
    throw problem;
  }
};

$.dynamoExpressionText = function (object) {
  const none = { expression: "", expressionNames: {}, expressionValues: {} };
  return JSON.stringify($.dynamoExpression(object) ?? none);
};

// The module `@aws-appsync/utils/rds`: SQL statements with their variables, and `util.rds`.
//
// A statement is kept in pieces until createPgStatement or createMySQLStatement is called, for the
// quoting of names depends on the database.

class Statement {
  // `write` gets a Writer and returns the text.
  constructor(write) {
    this.write = write;
  }
}

class TypeHint {
  constructor(type, value) {
    this.type = type;
    this.value = value;
  }
}

class Aggregate {
  constructor(call, column, distinct) {
    Object.assign(this, { call, column, distinct });
  }
}

class Writer {
  constructor(quote, variables, hints) {
    Object.assign(this, { quote, variables, hints });
  }

  name(path) {
    if (path === "*") return path;
    return String(path)
      .split(".")
      .map((part) => (part === "*" ? part : this.quote + part.split(this.quote).join(this.quote + this.quote) + this.quote))
      .join(".");
  }

  variable(value) {
    const placeholder = `:P${Object.keys(this.variables).length}`;
    const hinted = value instanceof TypeHint;
    const given = hinted ? value.value : value;
    this.variables[placeholder] = hinted && value.type === "JSON" && typeof given !== "string"
      ? JSON.stringify(given)
      : (given ?? null);
    if (hinted) this.hints[placeholder] = value.type;
    return placeholder;
  }

  // A table, column or alias object such as `{ p: "persons" }`.
  aliased(given) {
    if (given instanceof Aggregate) return this.aggregate(given);
    if (given instanceof Statement) return `(${given.write(this)})`;
    if (!$.isObject(given)) return this.name(given);
    return Object.entries(given)
      .map(([alias, source]) => `${this.aliased(source)} AS ${this.name(alias)}`)
      .join(", ");
  }

  aggregate({ call, column, distinct }) {
    return `${call}(${distinct ? "DISTINCT " : ""}${this.name(column)})`;
  }

  columns(given) {
    if ($.isNothing(given) || given === "*") return "*";
    return given.map((column) => this.aliased(column)).join(", ");
  }

  where(condition) {
    if ($.isNothing(condition)) return "";
    const text = condition instanceof Statement ? condition.write(this) : this.condition(condition);
    return text === "" ? "" : ` WHERE ${text}`;
  }

  condition(object) {
    const parts = [];
    for (const [column, operators] of Object.entries(object)) {
      if ($.isNothing(operators)) continue;
      if (column === "and" || column === "or" || column === "not") {
        parts.push(this.group(column, operators));
      } else {
        for (const [operator, value] of Object.entries(operators)) {
          if (value !== undefined) parts.push(this.comparison(this.name(column), operator, value));
        }
      }
    }
    const said = parts.filter((part) => part !== "");
    return said.length > 1 ? said.map((part) => `(${part})`).join(" AND ") : (said[0] ?? "");
  }

  group(kind, conditions) {
    const list = Array.isArray(conditions) ? conditions : [conditions];
    const said = list.map((each) => this.condition(each)).filter((part) => part !== "");
    if (said.length === 0) return "";
    const joined = said.map((part) => `(${part})`).join(kind === "or" ? " OR " : " AND ");
    return kind === "not" ? `NOT (${joined})` : joined;
  }

  comparison(column, operator, value) {
    if (Object.hasOwn(SQL_COMPARISONS, operator)) {
      if (value === null && operator === "eq") return `${column} IS NULL`;
      if (value === null && operator === "ne") return `${column} IS NOT NULL`;
      return `${column} ${SQL_COMPARISONS[operator]} ${this.variable(value)}`;
    }
    switch (operator) {
      case "between":
        return `${column} BETWEEN ${this.variable(value[0])} AND ${this.variable(value[1])}`;
      case "in":
        return `${column} IN (${value.map((each) => this.variable(each)).join(", ")})`;
      case "beginsWith":
        return `${column} LIKE ${this.variable(`${value}%`)}`;
      case "contains":
        return `${column} LIKE ${this.variable(`%${value}%`)}`;
      case "notContains":
        return `${column} NOT LIKE ${this.variable(`%${value}%`)}`;
      case "attributeExists":
        return `${column} IS ${value ? "NOT NULL" : "NULL"}`;
      default:
        return this.measured(column, operator, value);
    }
  }

  // `{ size: { gt: 3 } }`, `{ countDistinct: { eq: 2 } }`.
  measured(column, operator, value) {
    const match = /^(size|max|min|avg|sum|count)(Distinct)?$/.exec(operator);
    if (match === null) throw new TypeError(`Operator ${operator} is not supported`);
    const call = match[1] === "size" ? "LENGTH" : match[1].toUpperCase();
    const measured = `${call}(${match[2] ? "DISTINCT " : ""}${column})`;
    return Object.entries(value)
      .map(([inner, given]) => this.comparison(measured, inner, given))
      .join(" AND ");
  }

  returning(given) {
    return $.isNothing(given) ? "" : ` RETURNING ${this.columns(given)}`;
  }

  joins(payload) {
    return Object.entries(JOINS)
      .flatMap(([member, words]) =>
        (payload[member] ?? []).map((join) => ` ${words} ${this.aliased(join.table ?? join.from)}${this.on(join)}`),
      )
      .join("");
  }

  on({ on, using }) {
    if (!$.isNothing(using)) return ` USING (${using.map((each) => this.aliased(each)).join(", ")})`;
    if ($.isNothing(on)) return "";
    return ` ON ${on instanceof Statement ? on.write(this) : this.joinCondition(on)}`;
  }

  // In a join, what a column is compared with is a column where it is a string with a dot.
  joinCondition(object) {
    return Object.entries(object)
      .flatMap(([column, operators]) =>
        Object.entries(operators).map(([operator, value]) =>
          typeof value === "string" && Object.hasOwn(SQL_COMPARISONS, operator)
            ? `${this.name(column)} ${SQL_COMPARISONS[operator]} ${this.name(value)}`
            : this.comparison(this.name(column), operator, value),
        ),
      )
      .join(" AND ");
  }
}

const SQL_COMPARISONS = { eq: "=", ne: "!=", le: "<=", lt: "<", ge: ">=", gt: ">" };
const JOINS = {
  join: "JOIN",
  innerJoin: "INNER JOIN",
  leftJoin: "LEFT JOIN",
  leftOuterJoin: "LEFT OUTER JOIN",
  rightJoin: "RIGHT JOIN",
  rightOuterJoin: "RIGHT OUTER JOIN",
  fullOuterJoin: "FULL OUTER JOIN",
  crossJoin: "CROSS JOIN",
  joinNatural: "NATURAL JOIN",
  innerJoinNatural: "NATURAL INNER JOIN",
  leftJoinNatural: "NATURAL LEFT JOIN",
  leftOuterJoinNatural: "NATURAL LEFT OUTER JOIN",
  rightJoinNatural: "NATURAL RIGHT JOIN",
  rightOuterJoinNatural: "NATURAL RIGHT OUTER JOIN",
  fullOuterJoinNatural: "NATURAL FULL OUTER JOIN",
};

function ordering(orderBy, writer) {
  if ($.isNothing(orderBy) || orderBy.length === 0) return "";
  const said = orderBy.map(({ column, dir }) => {
    const direction = String(dir ?? "ASC").toUpperCase();
    if (direction !== "ASC" && direction !== "DESC") throw new TypeError("dir must be ASC or DESC");
    return `${writer.name(column)} ${direction}`;
  });
  return ` ORDER BY ${said.join(", ")}`;
}

function select(payload) {
  return new Statement((writer) => {
    const { columns, where, groupBy, having, orderBy, limit, offset } = payload;
    const grouped = (groupBy ?? []).map((each) => (typeof each === "number" ? each : writer.name(each)));
    return [
      `SELECT ${writer.columns(columns)} FROM ${writer.aliased(payload.table ?? payload.from)}`,
      writer.joins(payload),
      writer.where(where),
      grouped.length > 0 ? ` GROUP BY ${grouped.join(", ")}` : "",
      $.isNothing(having) ? "" : ` HAVING ${writer.condition(having)}`,
      ordering(orderBy, writer),
      $.isNothing(limit) ? "" : ` LIMIT ${writer.variable(limit)}`,
      $.isNothing(offset) ? "" : ` OFFSET ${writer.variable(offset)}`,
    ].join("");
  });
}

const assigned = (values) => Object.entries(values).filter(([, value]) => value !== undefined);

function insert({ table, from, values, returning }) {
  return new Statement((writer) => {
    const given = assigned(values);
    const columns = given.map(([column]) => writer.name(column)).join(", ");
    const placeholders = given.map(([, value]) => writer.variable(value)).join(", ");
    const target = writer.aliased(table ?? from);
    return `INSERT INTO ${target} (${columns}) VALUES (${placeholders})${writer.returning(returning)}`;
  });
}

function update({ table, from, values, where, returning }) {
  return new Statement((writer) => {
    const target = writer.aliased(table ?? from);
    const changes = assigned(values).map(([column, value]) => `${writer.name(column)} = ${writer.variable(value)}`);
    return `UPDATE ${target} SET ${changes.join(", ")}${writer.where(where)}${writer.returning(returning)}`;
  });
}

function remove({ table, from, where, returning }) {
  return new Statement(
    (writer) =>
      `DELETE FROM ${writer.aliased(table ?? from)}${writer.where(where)}${writer.returning(returning)}`,
  );
}

// Holes of the template become variables; a statement in a hole is written in its place.
function sql(texts, ...values) {
  return new Statement((writer) =>
    texts.reduce((text, next, index) => {
      const value = values[index - 1];
      return text + (value instanceof Statement ? value.write(writer) : writer.variable(value)) + next;
    }),
  );
}

function createStatement(quote, statements) {
  const writer = new Writer(quote, {}, {});
  const texts = statements
    .filter((each) => !$.isNothing(each))
    .map((each) => (each instanceof Statement ? each.write(writer) : $.text(each, "A statement")));
  if (texts.length === 0) throw new TypeError("A statement is needed");
  return { statements: texts, variableMap: writer.variables, variableTypeHintMap: writer.hints };
}

// --- results ---

function cell(value) {
  if (!$.isObject(value)) return value ?? null;
  if (value.isNull || value.null) return null;
  if (Array.isArray(value.arrayValues)) return value.arrayValues.map(cell);
  const [first] = Object.values(value);
  return first ?? null;
}

function toJsonObject(result) {
  const parsed = typeof result === "string" ? JSON.parse(result) : result;
  return (parsed?.sqlStatementResults ?? []).map(({ records, columnMetadata }) =>
    (records ?? []).map((record) =>
      Object.fromEntries(
        record.map((value, index) => [
          columnMetadata[index].label ?? columnMetadata[index].name,
          cell(value),
        ]),
      ),
    ),
  );
}

const hint = (type) => (value) => new TypeHint(type, value);

const aggregates = Object.fromEntries(
  ["max", "min", "count", "avg", "sum"].flatMap((name) => [
    [name, (column) => new Aggregate(name.toUpperCase(), column, false)],
    [`${name}Distinct`, (column) => new Aggregate(name.toUpperCase(), column, true)],
  ]),
);

$.groups.rdsModule = Object.freeze({
  select,
  insert,
  update,
  remove,
  sql,
  createPgStatement: (first, second) => createStatement('"', [first, second]),
  createMySQLStatement: (first, second) => createStatement("`", [first, second]),
  toJsonObject,
  typeHint: Object.freeze(
    Object.fromEntries(
      ["DECIMAL", "JSON", "TIMESTAMP", "TIME", "UUID", "DATE"].map((type) => [type, hint(type)]),
    ),
  ),
  agg: Object.freeze(aggregates),
});

$.groups.rds = Object.freeze({
  toJsonObject,
  toJsonString: (result) => JSON.stringify(toJsonObject(result)),
});

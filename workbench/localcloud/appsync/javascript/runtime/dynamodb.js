// The module `@aws-appsync/utils/dynamodb`: requests for a DynamoDB data source.

const UPDATE_MARK = Symbol("update operation");

const operation = (kind, members) => Object.freeze({ [UPDATE_MARK]: kind, ...members });

const updateOperations = Object.freeze({
  add: (value) => operation("assign", { value }),
  replace: (value) => operation("assign", { value }),
  remove: () => operation("remove", {}),
  increment: (by) => operation("step", { sign: "+", by: by ?? 1 }),
  decrement: (by) => operation("step", { sign: "-", by: by ?? 1 }),
  append: (value) => operation("extend", { value, first: false }),
  prepend: (value) => operation("extend", { value, first: true }),
  updateListItem: (value, index) => operation("item", { value, index }),
});

const kindOf = (value) => (typeof value === "object" && value !== null ? value[UPDATE_MARK] : undefined);

class UpdateExpression {
  constructor() {
    this.sets = [];
    this.removals = [];
    this.names = {};
    this.values = {};
    this.known = new Map();
  }

  name(path) {
    return path.map((attribute) => {
      if (!this.known.has(attribute)) {
        const placeholder = `#expName_${this.known.size + 1}`;
        this.known.set(attribute, placeholder);
        this.names[placeholder] = attribute;
      }
      return this.known.get(attribute);
    }).join(".");
  }

  value(value) {
    const placeholder = `:expValue_${Object.keys(this.values).length + 1}`;
    this.values[placeholder] = $.util.dynamodb.toDynamoDB(value);
    return placeholder;
  }

  add(path, change) {
    if (change === undefined) return;
    if (Array.isArray(change) && change.length > 0 && change.every((each) => kindOf(each) === "item")) {
      for (const each of change) this.add(path, each);
      return;
    }
    switch (kindOf(change)) {
      case undefined:
        this.plain(path, change);
        break;
      case "assign":
        this.sets.push(`${this.name(path)} = ${this.value(change.value)}`);
        break;
      case "remove":
        this.removals.push(path);
        break;
      case "step": {
        const name = this.name(path);
        this.sets.push(`${name} = ${name} ${change.sign} ${this.value(change.by)}`);
        break;
      }
      case "extend": {
        const name = this.name(path);
        const value = this.value(change.value);
        const lists = change.first ? `${value}, ${name}` : `${name}, ${value}`;
        this.sets.push(`${name} = list_append(${lists})`);
        break;
      }
      default:
        this.sets.push(`${this.name(path)}[${change.index}] = ${this.value(change.value)}`);
    }
  }

  // A plain object that holds operations updates its members, not itself.
  plain(path, change) {
    if ($.isObject(change) && !$.isSet(change) && hasOperation(change)) {
      for (const [name, inner] of Object.entries(change)) this.add([...path, name], inner);
    } else {
      this.sets.push(`${this.name(path)} = ${this.value(change)}`);
    }
  }

  finish() {
    const removed = this.removals.map((path) => this.name(path));
    const clauses = [];
    if (this.sets.length > 0) clauses.push(`SET ${this.sets.join(", ")}`);
    if (removed.length > 0) clauses.push(`REMOVE ${removed.join(", ")}`);
    const made = { expression: clauses.join(" "), expressionNames: this.names };
    return Object.keys(this.values).length > 0 ? { ...made, expressionValues: this.values } : made;
  }
}

function hasOperation(object) {
  return Object.values(object).some(
    (value) =>
      kindOf(value) !== undefined ||
      (Array.isArray(value) && value.some((each) => kindOf(each) !== undefined)) ||
      ($.isObject(value) && !$.isSet(value) && hasOperation(value)),
  );
}

function updateExpression(changes) {
  const made = new UpdateExpression();
  for (const [name, change] of Object.entries(changes ?? {})) made.add([name], change);
  return made.finish();
}

// A condition or filter, without the members that would be empty: DynamoDB refuses those.
function expression(object, flat) {
  const made = $.dynamoExpression(object, flat);
  if (made === undefined) return undefined;
  const { expressionValues, ...rest } = made;
  return Object.keys(expressionValues).length > 0 ? { ...rest, expressionValues } : rest;
}

// Paths such as `address.lines[0]`, each attribute behind a placeholder.
function projection(paths) {
  if ($.isNothing(paths) || paths.length === 0) return undefined;
  const names = new UpdateExpression();
  const written = paths.map((path) =>
    String(path)
      .split(".")
      .map((part) => {
        const [, attribute, indexes] = /^([^[]*)(.*)$/.exec(part);
        return names.name([attribute]) + indexes;
      })
      .join("."),
  );
  return { expression: written.join(", "), expressionNames: names.names };
}

const requestKey = (key) => $.toDynamoMap(key);

const required = function (payload, ...members) {
  if (!$.isObject(payload)) throw new TypeError("A request needs an object");
  for (const member of members) {
    if ($.isNothing(payload[member])) throw new TypeError(`A request needs ${member}`);
  }
  return payload;
};

const versioning = ({ _version, customPartitionKey, populateIndexFields }) => ({
  _version,
  customPartitionKey,
  populateIndexFields,
});

const request = (operationName, members) => ({ operation: operationName, ...$.given(members) });

const WRITES = {
  putItem: ({ key, item, condition }) => ({
    operation: "PutItem",
    key: requestKey(key),
    attributeValues: $.toDynamoMap(item),
    condition: expression(condition),
  }),
  updateItem: ({ key, update, condition }) => ({
    operation: "UpdateItem",
    key: requestKey(key),
    update: updateExpression(update),
    condition: expression(condition),
  }),
  deleteItem: ({ key, condition }) => ({
    operation: "DeleteItem",
    key: requestKey(key),
    condition: expression(condition),
  }),
  conditionCheck: ({ key, condition }) => ({
    operation: "ConditionCheck",
    key: requestKey(key),
    condition: expression(condition),
  }),
};

const eachTable = (tables, convert) =>
  Object.fromEntries(Object.entries(tables).map(([table, given]) => [table, convert(given)]));

const paging = ({ limit, nextToken, index, consistentRead }) => ({
  limit,
  nextToken,
  index,
  consistentRead,
});

$.groups.dynamodbModule = Object.freeze({
  operations: updateOperations,

  get(payload) {
    const { key, consistentRead, projection: paths } = required(payload, "key");
    return request("GetItem", { key: requestKey(key), consistentRead, projection: projection(paths) });
  },

  put(payload) {
    const { key, item, condition } = required(payload, "key", "item");
    return request("PutItem", {
      key: requestKey(key),
      attributeValues: $.toDynamoMap(item),
      condition: expression(condition),
      ...versioning(payload),
    });
  },

  update(payload) {
    const { key, update, condition } = required(payload, "key", "update");
    return request("UpdateItem", {
      key: requestKey(key),
      update: updateExpression(update),
      condition: expression(condition),
      ...versioning(payload),
    });
  },

  remove(payload) {
    const { key, condition } = required(payload, "key");
    return request("DeleteItem", {
      key: requestKey(key),
      condition: expression(condition),
      ...versioning(payload),
    });
  },

  query(payload) {
    const { query, filter, scanIndexForward, select, projection: paths } = required(payload, "query");
    return request("Query", {
      query: expression(query, true),
      ...paging(payload),
      scanIndexForward,
      select,
      filter: expression(filter),
      projection: projection(paths),
    });
  },

  scan(payload = {}) {
    const { filter, totalSegments, segment, select, projection: paths } = required(payload);
    return request("Scan", {
      ...paging(payload),
      totalSegments,
      segment,
      select,
      filter: expression(filter),
      projection: projection(paths),
    });
  },

  sync(payload = {}) {
    const { basePartitionKey, deltaIndexName, limit, nextToken, lastSync, filter } = required(payload);
    const members = { basePartitionKey, deltaIndexName, limit, nextToken, lastSync };
    return request("Sync", { ...members, filter: expression(filter) });
  },

  batchGet(payload) {
    const { tables } = required(payload, "tables");
    return request("BatchGetItem", {
      tables: eachTable(tables, ({ keys, consistentRead, projection: paths }) =>
        $.given({ keys: keys.map(requestKey), consistentRead, projection: projection(paths) }),
      ),
    });
  },

  batchPut(payload) {
    const { tables } = required(payload, "tables");
    return request("BatchPutItem", { tables: eachTable(tables, (items) => items.map($.toDynamoMap)) });
  },

  batchDelete(payload) {
    const { tables } = required(payload, "tables");
    return request("BatchDeleteItem", { tables: eachTable(tables, (keys) => keys.map(requestKey)) });
  },

  transactGet(payload) {
    const { items } = required(payload, "items");
    return request("TransactGetItems", {
      transactItems: items.map(({ table, key, projection: paths }) =>
        $.given({ table, key: requestKey(key), projection: projection(paths) }),
      ),
    });
  },

  transactWrite(payload) {
    const { items } = required(payload, "items");
    return request("TransactWriteItems", {
      transactItems: items.map((item) => {
        const kind = Object.keys(WRITES).find((each) => Object.hasOwn(item, each));
        if (kind === undefined) throw new TypeError("A transaction's item needs an operation");
        return $.given({ table: item[kind].table, ...WRITES[kind](item[kind]) });
      }),
    });
  },

  toStringSet: (list) => $.asSet("SS", list),
  toNumberSet: (list) => $.asSet("NS", list),
  toBinarySet: (list) => $.asSet("BS", list),
});

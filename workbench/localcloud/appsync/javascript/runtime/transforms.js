// `util.transform`: filter objects in the languages of the data sources and of subscriptions.

// --- OpenSearch ---

const SEARCHES = {
  eq: (field, value) => ({ term: { [field]: value } }),
  ne: (field, value) => ({ bool: { must_not: { term: { [field]: value } } } }),
  match: (field, value) => ({ match: { [field]: value } }),
  matchPhrase: (field, value) => ({ match_phrase: { [field]: value } }),
  matchPhrasePrefix: (field, value) => ({ match_phrase_prefix: { [field]: value } }),
  multiMatch: (field, value) => ({ multi_match: { query: value, fields: [field] } }),
  exists: (field, value) =>
    value ? { exists: { field } } : { bool: { must_not: { exists: { field } } } },
  wildcard: (field, value) => ({ wildcard: { [field]: value } }),
  regexp: (field, value) => ({ regexp: { [field]: value } }),
  gt: (field, value) => ({ range: { [field]: { gt: value } } }),
  gte: (field, value) => ({ range: { [field]: { gte: value } } }),
  lt: (field, value) => ({ range: { [field]: { lt: value } } }),
  lte: (field, value) => ({ range: { [field]: { lte: value } } }),
  range: (field, value) => ({ range: { [field]: { gte: value[0], lte: value[1] } } }),
};

const allOf = (parts) => (parts.length === 1 ? parts[0] : { bool: { must: parts } });

$.searchQuery = function (object) {
  const parts = [];
  for (const [field, condition] of Object.entries(object ?? {})) {
    if ($.isNothing(condition)) continue;
    if (field === "and" || field === "or") {
      const inner = condition.map($.searchQuery);
      parts.push(field === "and" ? { bool: { must: inner } } : { bool: { should: inner } });
    } else if (field === "not") {
      parts.push({ bool: { must_not: [$.searchQuery(condition)] } });
    } else {
      parts.push(allOf(Object.entries(condition).map(([operator, value]) => {
        if (!Object.hasOwn(SEARCHES, operator)) {
          throw new TypeError(`Operator ${operator} is not supported`);
        }
        return SEARCHES[operator](field, value);
      })));
    }
  }
  return allOf(parts);
};

// --- subscription filters ---

const SUBSCRIPTION_OPERATORS = new Set(
  "eq ne le lt ge gt contains notContains beginsWith in notIn between containsAny".split(" "),
);

const MOST_ALTERNATIVES = 1000;

// Alternatives (lists of conditions that hold together) of an and/or tree.
$.alternatives = function (object, ignored) {
  let found = [[]];
  const both = (more) => {
    if (found.length * more.length > MOST_ALTERNATIVES) {
      throw new RangeError(`A filter has more than ${MOST_ALTERNATIVES} alternatives`);
    }
    found = found.flatMap((left) => more.map((right) => [...left, ...right]));
  };
  for (const [field, condition] of Object.entries(object ?? {})) {
    if ($.isNothing(condition) || ignored.has(field)) continue;
    if (field === "and" || field === "or") {
      const list = Array.isArray(condition) ? condition : [condition];
      const branches = list.map((each) => $.alternatives(each, ignored));
      if (field === "and") branches.forEach(both);
      else if (branches.length > 0) both(branches.flat());
    } else {
      both([$.fieldFilters(field, condition)]);
    }
  }
  return found;
};

$.fieldFilters = function (fieldName, condition) {
  return Object.entries(condition)
    .filter(([, value]) => value !== undefined)
    .map(([operator, value]) => {
      if (!SUBSCRIPTION_OPERATORS.has(operator)) {
        throw new TypeError(`Operator ${operator} is not supported in a subscription filter`);
      }
      return { fieldName, operator, value };
    });
};

// At least one of the rules must hold beside the filter ("Transformation helpers").
$.subscriptionFilter = function (object, ignoredFields, rules) {
  let groups = $.alternatives(object, new Set(ignoredFields ?? []));
  const strict = $.alternativeRules(rules);
  if (strict.length > 0) {
    groups = groups.flatMap((group) => strict.map((rule) => [...group, ...rule]));
  }
  return { filterGroup: groups.map((filters) => ({ filters })) };
};

$.alternativeRules = (rules) =>
  Object.entries(rules ?? {})
    .filter(([, condition]) => !$.isNothing(condition))
    .flatMap(([field, condition]) => $.alternatives({ [field]: condition }, new Set()));

$.groups.transform = Object.freeze({
  toDynamoDBFilterExpression: $.dynamoFilterText,
  toDynamoDBConditionExpression: $.dynamoExpressionText,
  toElasticsearchQueryDSL: (object) => JSON.stringify($.searchQuery(object)),
  toSubscriptionFilter: $.subscriptionFilter,
});

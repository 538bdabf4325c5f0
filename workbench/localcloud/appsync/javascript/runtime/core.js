// What evaluates a handler: the state of one evaluation, what ends it, and what it hands back.
//
// `$` is the object that all files of the runtime share. engine.py names the files that every context
// has from the start; globals.js loads the others. Nothing of `$` can be reached from a handler.

// One evaluation's state, made anew by $.evaluate.
$.state = null;
$.zones = Object.create(null);

// Thrown to end a handler. The first one also stays in the state, so that code that catches it
// (which AppSync refuses at upload) cannot turn a denial into a success.
$.Stop = class Stop extends Error {};

$.stop = function (outcome) {
  if ($.state.stop === null) $.state.stop = outcome;
  throw new $.Stop(outcome.kind);
};

$.isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

$.isNothing = (value) => value === undefined || value === null;

// The object with only those members that are given.
$.given = function (members) {
  const found = {};
  for (const [name, value] of Object.entries(members)) {
    if (!$.isNothing(value)) found[name] = value;
  }
  return found;
};

// Where the function that called a function of the runtime stands: [line, column].
$.callerPosition = function (error) {
  for (const frame of error.stack.split("\n")) {
    const match = /:(\d+):(\d+)\)?$/.exec(frame);
    if (match !== null && Number(match[1]) < $.firstRuntimeLine) {
      return [Number(match[1]), Number(match[2])];
    }
  }
  return [0, 0];
};

$.describeFailure = function (thrown) {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown), position: [0, 0] };
  return { name: thrown.name, message: thrown.message, position: $.callerPosition(thrown) };
};

$.newState = function (settings) {
  return {
    settings,
    random: $.randomSource(settings.seed),
    context: null,
    stop: null,
    neededZone: null,
    effects: {
      errors: [],
      headers: {},
      subscriptionFilter: undefined,
      invalidationFilter: undefined,
      invalidations: [],
      logs: [],
    },
  };
};

// Evaluate one handler. The texts are JSON; the answer is too:
// {value | stop | failure | missing | neededZone, effects?, stash?, arguments?}: effects where there
// are any, the stash and the arguments where the handler changed them.
$.evaluate = function (load, name, stashText, argumentsText, restText, settingsText) {
  const state = $.newState(JSON.parse(settingsText));
  $.state = state;
  const context = JSON.parse(restText);
  context.stash = JSON.parse(stashText);
  context.arguments = JSON.parse(argumentsText);
  context.args = context.arguments;
  state.context = context;
  const outcome = {};
  try {
    const handlers = load($.modules, {});
    if (typeof handlers[name] !== "function") return '{"missing":true}';
    outcome.value = handlers[name](context);
    // Tells of values that JSON cannot hold while the failure can still be described.
    JSON.stringify(outcome.value);
  } catch (thrown) {
    if (!(thrown instanceof $.Stop)) outcome.failure = $.describeFailure(thrown);
  }
  if (state.neededZone !== null) return JSON.stringify({ neededZone: state.neededZone });
  if (state.stop !== null) {
    outcome.stop = state.stop;
    delete outcome.failure;
    delete outcome.value;
  }
  return $.answer(outcome, context, stashText, argumentsText);
};

function hasEffects({ errors, headers, logs, invalidations, subscriptionFilter, invalidationFilter }) {
  return (
    logs.length > 0 ||
    errors.length > 0 ||
    invalidations.length > 0 ||
    subscriptionFilter !== undefined ||
    invalidationFilter !== undefined ||
    Object.keys(headers).length > 0
  );
}

// Python writes some values in another way (1.0, escapes): those are no change, and stay as they were.
const isChanged = (text, given) => text !== given && text !== JSON.stringify(JSON.parse(given));

$.answer = function (outcome, context, stashText, argumentsText) {
  try {
    const stash = JSON.stringify(context.stash ?? {});
    const given = context.args === $.state.context.arguments ? context.arguments : context.args;
    const args = JSON.stringify(given ?? {});
    if (hasEffects($.state.effects)) outcome.effects = $.state.effects;
    if (isChanged(stash, stashText)) outcome.stash = JSON.parse(stash);
    if (isChanged(args, argumentsText)) outcome.arguments = JSON.parse(args);
    return JSON.stringify(outcome);
  } catch (thrown) {
    // What was put into the stash, or given to util.error, is not JSON.
    return JSON.stringify({ failure: $.describeFailure(thrown) });
  }
};

// --- logs ---

$.log = function (level, values) {
  const shown = values.map((value) => {
    const text = JSON.stringify(value);
    return text === undefined ? String(value) : text;
  });
  $.state.effects.logs.push([level, $.callerPosition(new Error()), shown.join(" ")]);
};

$.console = Object.freeze({
  log: (...values) => $.log("INFO", values),
  info: (...values) => $.log("INFO", values),
  debug: (...values) => $.log("DEBUG", values),
  warn: (...values) => $.log("WARN", values),
  error: (...values) => $.log("ERROR", values),
});

// --- runtime and extensions ---

$.runtime = Object.freeze({
  earlyReturn(value, options) {
    const skipTo = options?.skipTo ?? "NEXT";
    if (skipTo !== "NEXT" && skipTo !== "END") {
      throw new TypeError(`skipTo must be END or NEXT, not ${String(skipTo)}`);
    }
    $.stop({ kind: "return", value, skipTo });
  },
});

$.checkedFilter = function (filter) {
  const parsed = typeof filter === "string" ? JSON.parse(filter) : filter;
  if (!$.isObject(parsed) || !Array.isArray(parsed.filterGroup)) {
    throw new TypeError("A subscription filter needs a filterGroup");
  }
  return JSON.parse(JSON.stringify(parsed));
};

$.extensions = Object.freeze({
  setSubscriptionFilter(filter) {
    $.state.effects.subscriptionFilter = $.isNothing(filter) ? null : $.checkedFilter(filter);
  },
  setSubscriptionInvalidationFilter(filter) {
    $.state.effects.invalidationFilter = $.isNothing(filter) ? null : $.checkedFilter(filter);
  },
  invalidateSubscriptions(invalidation) {
    if (!$.isObject(invalidation) || typeof invalidation.subscriptionField !== "string") {
      throw new TypeError("An invalidation needs a subscriptionField and a payload");
    }
    $.state.effects.invalidations.push(JSON.parse(JSON.stringify(invalidation)));
  },
  evictFromApiCache(typeName, fieldName, keys) {
    const place = `${typeName}.${fieldName} ${JSON.stringify(keys ?? {})}`;
    $.log("INFO", [`evictFromApiCache ${place}: the local cloud caches no results`]);
  },
});

// The process of a Node function: loads its handler, then runs one invocation for each line that it
// reads. Its answers go to a pipe of their own; all that the function prints is its log.
// Messages are those of Lambda's own runtime, aws-lambda-nodejs-runtime-interface-client.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { Writable } = require('node:stream');
const { format, types } = require('node:util');
const { pathToFileURL } = require('node:url');

const STREAMING = Symbol('handler.streaming');
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response';
const answers = Number(process.argv[2]);

let current; // the invocation that runs, or ran last: { id }
let whenIdle; // what to do when nothing is left to wait for

class RuntimeFailure extends Error {
  constructor(kind, reason) {
    super(String(reason?.message === undefined ? reason : reason.toString()));
    this.name = `Runtime.${kind}`;
    const frames = types.isNativeError(reason) ? reason.stack : this.stack;
    this.stack = [`${this.name}: ${this.message}`, ...framesOf(frames)].join('\n');
  }
}

function framesOf(stack) {
  return String(stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
}

// Lambda's own folders: what reads a message or a trace finds the same as on AWS.
function onAws(text) {
  return String(text ?? '').replaceAll(__filename, '/var/runtime/index.mjs').replaceAll(process.env.LAMBDA_TASK_ROOT, '/var/task');
}

function described(error) {
  try {
    if (types.isNativeError(error) || (error && error.name && error.message && error.stack)) {
      return { errorType: error.name, errorMessage: onAws(error.message), trace: onAws(error.stack).split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

// -- The log -----------------------------------------------------------------------------------

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const isJson = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const pause = new Int32Array(new SharedArrayBuffer(4));

function put(descriptor, content) {
  let rest = Buffer.from(content);
  while (rest.length) {
    try {
      rest = rest.subarray(fs.writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1); // the pipe is full
    }
  }
}

// What the function writes itself must be in the pipe before the mark that ends its log.
for (const name of ['stdout', 'stderr']) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      const stream = get.call(process);
      stream._handle?.setBlocking?.(true);
      return stream;
    },
  });
}

function errorsAsObjects(key, value) {
  if (!(value instanceof Error)) return value;
  const stackTrace = typeof value.stack === 'string' ? value.stack.split('\n') : value.stack;
  return { errorType: value.constructor?.name ?? 'UnknownError', errorMessage: value.message, stackTrace, ...value };
}

function asJson(timestamp, level, messages) {
  const record = { timestamp, level, requestId: current?.id };
  if (messages.length === 1) {
    try {
      return JSON.stringify({ ...record, message: messages[0] }, errorsAsObjects);
    } catch {
      return JSON.stringify({ ...record, message: format(messages[0]) });
    }
  }
  record.message = format(...messages);
  const error = messages.find(each => each instanceof Error);
  if (error) {
    const { errorType, errorMessage, stackTrace } = errorsAsObjects('', error);
    Object.assign(record, { errorType, errorMessage, stackTrace: Array.isArray(stackTrace) ? stackTrace : [] });
  }
  return JSON.stringify(record);
}

// The message is framed, so that one of several lines is one event.
function note(level, ...messages) {
  const at = new Date();
  const time = at.toISOString();
  const text = isJson ? asJson(time, level, messages) : `${time}\t${current?.id}\t${level}\t${format(...messages)}`;
  put(2, `\u0001${JSON.stringify([at.getTime(), text])}\n`);
}

const lowest = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL));
for (const [number, level] of LEVELS.entries()) {
  const isKept = number >= lowest || level === 'FATAL';
  console[level.toLowerCase()] = isKept ? (message, ...rest) => note(level, message, ...rest) : () => {};
}
console.log = console.info;

function withProperties(key, value) {
  if (!(value instanceof Error)) return value;
  const stack = typeof value.stack === 'string' ? { stack: value.stack.split('\n') } : {};
  return { errorType: value.name, errorMessage: value.message, code: value.code, ...value, ...stack };
}

function logged(title, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(thrown);
  if (isJson) {
    note('ERROR', error);
    return;
  }
  let line;
  try {
    line = JSON.stringify(error, withProperties);
  } catch {
    line = JSON.stringify(described(error));
  }
  note('ERROR', `${title} \t${onAws(line)}`);
}

function answer(message) {
  put(2, '\u0000\n'); // all of this run's log is written
  put(answers, `${JSON.stringify(message)}\n`);
}

// -- Ends that the function brings upon itself -------------------------------------------------

function ended(title, error, failure) {
  logged(title, error);
  answer({ status: 'failed', error: described(failure) });
  process.exit(129);
}

process.on('uncaughtException', error => ended('Uncaught Exception', error, error));
process.on('unhandledRejection', reason => {
  const failure = new RuntimeFailure('UnhandledPromiseRejection', reason);
  failure.reason = reason;
  ended('Unhandled Promise Rejection', failure, failure);
});
process.on('beforeExit', () => {
  const next = whenIdle;
  whenIdle = undefined;
  next?.();
});

// -- Streamed responses ------------------------------------------------------------------------

class InvalidStreamingOperation extends Error {}
InvalidStreamingOperation.prototype.name = 'Runtime.InvalidStreamingOperation';

class ResponseStream extends Writable {
  #isWritten = false;
  setContentType() {
    if (this.#isWritten) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
  }
  _write(chunk, encoding, done) {
    put(answers, `${JSON.stringify({ chunk: chunk.toString('base64') })}\n`);
    done();
  }
  _final(done) {
    put(answers, `${JSON.stringify({ chunk: null })}\n`);
    done();
  }
  write(chunk, ...rest) {
    if (!this.#isWritten) {
      this.#isWritten = true;
      this._onBeforeFirstWrite?.(first => super.write(first));
    }
    return super.write(sendable(chunk), ...rest);
  }
  end(chunk, ...rest) {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return super.end(chunk, ...rest);
    this.write(chunk);
    return super.end(...rest);
  }
}

function sendable(chunk) {
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
}

class HttpResponseStream {
  static from(stream, prelude) {
    stream.setContentType(HTTP_RESPONSE);
    const first = JSON.stringify(prelude);
    stream._onBeforeFirstWrite = write => {
      write(first);
      write(new Uint8Array(8));
    };
    return stream;
  }
}

globalThis.awslambda = {
  HttpResponseStream,
  streamifyResponse(handler, options) {
    handler[STREAMING] = 'response';
    if (options?.highWaterMark !== undefined) handler.highWaterMark = options.highWaterMark;
    return handler;
  },
};

// -- The handler -------------------------------------------------------------------------------

function fileOf(root, module) {
  const whole = path.resolve(root, module);
  for (const ending of ['', '.js', '.mjs', '.cjs']) {
    const file = whole + ending;
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return file;
  }
  return createRequire(`${root}/`).resolve(whole);
}

async function moduleOf(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file).href);
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM' && error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') {
      // Node 20 says of an ES module in a .js file only that its syntax is wrong.
      if (!(error instanceof SyntaxError && isModule(file))) throw error;
    }
    return import(pathToFileURL(file).href);
  }
}

function isModule(file) {
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
  }
  return false;
}

// By the declared runtime, not by the Node that runs: what AWS refuses is refused here, too.
const takesCallbacks = !(Number(/^AWS_Lambda_nodejs(\d+)\.x$/.exec(process.env.AWS_EXECUTION_ENV)?.[1]) >= 24);

function checkSignature(handler) {
  if (handler[STREAMING] || handler.length < 3) return;
  if (!takesCallbacks) {
    throw new RuntimeFailure(
      'CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
        'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
        'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  if (isAsync(handler) || process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING !== undefined) return;
  console.warn(
    'AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to ' +
      'update this function to use an async handler to use Node.js 24 or later. For more information and to provide ' +
      'feedback on this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To ' +
      'disable this warning, set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.',
  );
}

async function handlerOf(root, name) {
  if (name.includes('..')) {
    throw new RuntimeFailure(
      'MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const at = name.lastIndexOf('/') + 1;
  const [, module, property] = /^([^.]*)\.(.*)$/.exec(name.slice(at)) ?? [];
  if (property === undefined) throw new RuntimeFailure('MalformedHandlerName', 'Bad handler');
  let loaded;
  try {
    loaded = await moduleOf(fileOf(root, name.slice(0, at) + module));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeFailure('UserCodeSyntaxError', error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new RuntimeFailure('ImportModuleError', error);
    throw error;
  }
  const found = property.split('.').reduce((value, part) => value?.[part], loaded);
  if (!found) throw new RuntimeFailure('HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeFailure('HandlerNotFound', `${name} is not a function`);
  checkSignature(found);
  return found;
}

// -- Invocations -------------------------------------------------------------------------------

function setEnvironment(variables) {
  for (const [name, value] of Object.entries(variables ?? {})) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
}

const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was ' +
  'never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

function isAsync(handler) {
  return handler.constructor?.name === 'AsyncFunction';
}

function succeeded(result) {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    return failed(new Error('Unable to stringify response body'));
  }
  answer({ status: 'ok', result: text });
}

function failed(error) {
  logged('Invoke Error', error);
  answer({ status: 'failed', error: described(error) });
}

async function invoke(handler, { event, environment, context: given }) {
  setEnvironment(environment);
  let isSettled = false;
  const settle = (send, value) => {
    if (isSettled) return;
    isSettled = true;
    whenIdle = undefined;
    process.stdin.ref();
    send(value);
  };
  const context = {
    ...(takesCallbacks ? { callbackWaitsForEmptyEventLoop: true } : {}),
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: given.client_context ?? undefined,
    identity: given.identity ?? undefined,
    invokedFunctionArn: given.arn,
    awsRequestId: given.request_id,
    getRemainingTimeInMillis: () => given.deadline - Date.now(),
  };
  current = { id: given.request_id };
  // Only what the function itself waits for keeps the process awake: Lambda answers null for a
  // handler that never does.
  process.stdin.unref();
  if (handler[STREAMING]) {
    const stream = new ResponseStream();
    const isFinished = new Promise((resolve, reject) => stream.on('finish', resolve).on('error', reject));
    isFinished.catch(() => {}); // the handler's own error counts
    whenIdle = () => settle(failed, 'Response stream is not finished.');
    try {
      const running = handler(event, stream, context);
      if (typeof running?.then !== 'function') throw 'Streaming does not support non-async handlers.';
      if ((await running) !== undefined) console.warn('Streaming handlers ignore return values.');
      await isFinished;
      settle(() => answer({ status: 'streamed' }));
    } catch (error) {
      settle(failed, error);
    }
    return;
  }
  const neverSettled = () => settle(failed, new RuntimeFailure('NodeJsExit', NEVER_SETTLED));
  if (!takesCallbacks) {
    whenIdle = neverSettled;
    try {
      settle(succeeded, await handler(event, context));
    } catch (error) {
      settle(failed, error);
    }
    return;
  }
  const done = (error, result) => (error ?? null) === null ? settle(succeeded, result) : settle(failed, error);
  Object.assign(context, {
    done,
    succeed: result => done(null, result),
    fail: error => done(error ?? 'handled'),
  });
  const callback = (error, result) => {
    if ((error ?? null) !== null) settle(failed, error);
    else if (context.callbackWaitsForEmptyEventLoop) whenIdle = () => settle(succeeded, result);
    else settle(succeeded, result);
  };
  whenIdle = () => (isAsync(handler) ? neverSettled() : settle(succeeded, null));
  try {
    const result = handler(event, context, callback);
    if (typeof result?.then === 'function') result.then(value => settle(succeeded, value), error => settle(failed, error));
  } catch (error) {
    settle(failed, error);
  }
}

// -- Lines -------------------------------------------------------------------------------------

let handler;

async function start() {
  try {
    handler = await handlerOf(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    ended(takesCallbacks ? 'Uncaught Exception' : 'Init Error', error, error);
  }
  answer({ status: 'ready' });
}

const started = start();
require('node:readline')
  .createInterface({ input: process.stdin, terminal: false, crlfDelay: Infinity })
  .on('line', async line => {
    await started;
    await invoke(handler, JSON.parse(line));
  })
  // The local cloud has closed the pipe, or has ended: an open handle must not keep this alive.
  .on('close', () => process.exit(0));

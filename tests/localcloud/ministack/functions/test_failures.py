"""Failures of functions are answered and logged as Lambda's runtimes do."""

from __future__ import annotations

import pytest

from tests.localcloud.ministack.functions import conftest
from tests.localcloud.ministack.functions.conftest import Functions

pytestmark = pytest.mark.cloud

NODE = conftest.NODE if conftest.NODE < "nodejs24" else "nodejs22.x"
"""A runtime whose handlers may have callbacks: from Node 24 on, they may not."""
PYTHON = "python3.11"
ASYNC = "exports.handler = async () => "

FAILURES = [
    (NODE, ASYNC + "{ throw new TypeError('bang') }", "TypeError", "bang", "Invoke Error"),
    (NODE, ASYNC + "{ class Own extends Error { name = 'Own' }; throw new Own('x') }", "Own", "x",
     "Invoke Error"),
    (NODE, ASYNC + "{ throw 'text' }", "string", "text", "Invoke Error"),
    (NODE, "exports.handler = (event, context, done) => done(new RangeError('r'))", "RangeError",
     "r", "WARN\tAWS Lambda plans to remove support for callback-based function handlers"),
    ("nodejs24.x", "exports.handler = async (event, context, done) => 1",
     "Runtime.CallbackHandlerDeprecated",
     "ERROR: AWS Lambda has removed support for callback-based function handlers starting with "
     "Node.js 24. You need to modify this function to use a supported handler signature to use "
     "Node.js 24 or later. For more information see "
     "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.", "Init Error"),
    ("nodejs24.x", "exports.handler = () => new Promise(() => {})", "Runtime.NodeJsExit",
     "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly "
     "caused by a Promise that was never settled. For more information, see "
     "https://nodejs.org/docs/latest/api/process.html#exit-codes", "Invoke Error"),
    (NODE, ASYNC + "{ Promise.reject(new Error('lost')); await new Promise(() => {}) }",
     "Runtime.UnhandledPromiseRejection", "Error: lost", "Unhandled Promise Rejection"),
    (NODE, ASYNC + "{ await new Promise(() => {}) }", "Runtime.NodeJsExit",
     "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly "
     "caused by a Promise that was never settled. For more information, see "
     "https://nodejs.org/docs/latest/api/process.html#exit-codes", "Invoke Error"),
    (NODE, ASYNC + "5n", "Error", "Unable to stringify response body", "Invoke Error"),
    (NODE, ASYNC + "{ const own = {}; own.own = own; return own }", "Error",
     "Unable to stringify response body", "Invoke Error"),
    (NODE, "exports.handler = async function again() { return await again() }", "RangeError",
     "Maximum call stack size exceeded", "Invoke Error"),
    (NODE, "exports.handler = (event, context) => context.fail()", "string", "handled",
     "Invoke Error"),
    (NODE, "exports.handler = () => { setTimeout(() => { throw new Error('later') }) }",
     "Error", "later", "Uncaught Exception"),
    (NODE, "throw new RangeError('init boom')", "RangeError", "init boom", "Uncaught Exception"),
    (NODE, "exports.handler = async () => { x x }", "Runtime.UserCodeSyntaxError",
     "SyntaxError: Unexpected identifier 'x'", "Uncaught Exception"),
    (NODE, "exports.other = 1", "Runtime.HandlerNotFound",
     "index.handler is undefined or not exported", "Uncaught Exception"),
    (NODE, "exports.handler = 1", "Runtime.HandlerNotFound", "index.handler is not a function",
     "Uncaught Exception"),
    (NODE, "require('missing-package')", "Runtime.ImportModuleError",
     "Error: Cannot find module 'missing-package'\nRequire stack:\n- /var/task/index.js\n"
     "- /var/runtime/index.mjs", "Uncaught Exception"),
    (PYTHON, "def handler(event, context): raise ValueError('bang')", "ValueError", "bang",
     "[ERROR] ValueError: bang"),
    (PYTHON, "import missing_package", "Runtime.ImportModuleError",
     "Unable to import module 'index': No module named 'missing_package'",
     "[ERROR] Runtime.ImportModuleError"),
    (PYTHON, "def handler(:", "Runtime.UserCodeSyntaxError",
     "Syntax error in module 'index': invalid syntax (index.py, line 1)",
     "[ERROR] Runtime.UserCodeSyntaxError"),
    (PYTHON, "other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'",
     "[ERROR] Runtime.HandlerNotFound"),
    (PYTHON, "raise KeyError('init')", "KeyError", "'init'", "[ERROR] KeyError"),
    (PYTHON, "def handler(event, context): return {1}", "Runtime.MarshalError",
     "Unable to marshal response: Object of type set is not JSON serializable",
     "[ERROR] Runtime.MarshalError"),
    (PYTHON, "def handler(event, context): return handler(event, context)", "RecursionError",
     "maximum recursion depth exceeded", "[ERROR] RecursionError"),
]  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: f"{each[0]}-{each[2]}")
def test_an_error_has_its_type_message_and_line_in_the_log(
    functions: Functions, failure: tuple[str, str, str, str, str]
) -> None:
    runtime, code, kind, message, logged = failure
    answer = functions.run(runtime, code)
    assert answer.error == "Unhandled"
    assert (answer.told["errorType"], answer.told["errorMessage"]) == (kind, message)
    assert logged in answer.log
    assert answer.told["stackTrace" if runtime == PYTHON else "trace"] is not None


@pytest.mark.parametrize(
    ("runtime", "code", "frame"),
    [
        (NODE, ASYNC + "{ throw new TypeError('bang') }", "at exports.handler (/var/task/index.js"),
        (PYTHON, "def handler(event, context): 1 / 0", 'File "/var/task/index.py", line 1'),
    ],
)  # fmt: skip
def test_an_error_names_the_line_of_code(
    functions: Functions, runtime: str, code: str, frame: str
) -> None:
    answer = functions.run(runtime, code)
    trace = answer.told.get("trace") or answer.told["stackTrace"]
    assert any(frame in line for line in trace)


@pytest.mark.parametrize(
    ("runtime", "code", "reason"),
    [
        (NODE, ASYNC + "process.exit(3)", "Runtime exited with error: exit status 3"),
        (NODE, ASYNC + "process.exit(0)", "Runtime exited without providing a reason"),
        (PYTHON, "import sys\ndef handler(event, context): sys.exit(3)",
         "Runtime exited with error: exit status 3"),
        (PYTHON, "import os\ndef handler(event, context): os.kill(os.getpid(), 9)",
         "Runtime exited with error: signal: killed"),
        (NODE, "process.exit(2)", "Runtime exited with error: exit status 2"),
        (PYTHON, "raise SystemExit(2)", "Runtime exited with error: exit status 2"),
        (PYTHON, "def handler(event, context): raise KeyboardInterrupt",
         "Runtime exited with error: signal: interrupt"),
    ],
)  # fmt: skip
def test_a_process_that_ends_says_how(
    functions: Functions, runtime: str, code: str, reason: str
) -> None:
    told = functions.run(runtime, code).told
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith(f" Error: {reason}")


def test_a_function_that_is_deleted_while_it_runs_is_answered(functions: Functions) -> None:
    code = """
import boto3, time
def handler(event, context):
    boto3.client("lambda").delete_function(FunctionName=context.function_name)
    time.sleep(20)
"""
    told = functions.run(PYTHON, code, Timeout=30).told
    assert told["errorType"] == "Runtime.ExitError"


def test_a_handler_without_a_dot_is_malformed(functions: Functions) -> None:
    node = functions.run(NODE, "", Handler="index").told
    python = functions.run(PYTHON, "", Handler="index").told
    assert {node["errorType"], python["errorType"]} == {"Runtime.MalformedHandlerName"}
    assert python["errorMessage"] == (
        "Bad handler 'index': not enough values to unpack (expected 2, got 1)"
    )
    conflict = functions.run(PYTHON, "", Handler="sys.handler").told
    assert conflict["errorType"] == "Runtime.BuiltInModuleConflict"
    assert conflict["errorMessage"] == "Cannot use built-in module sys as a handler module"


RESULTS = [
    ("nodejs24.x", "exports.handler = (event, context) => ['done' in context, 5]", [False, 5]),
    (NODE, ASYNC + "undefined", None),
    (NODE, ASYNC + "NaN", None),
    (NODE, ASYNC + "new Date(0)", "1970-01-01T00:00:00.000Z"),
    (NODE, ASYNC + "Buffer.from('a')", {"type": "Buffer", "data": [97]}),
    (NODE, ASYNC + "'half \\ud800'", "half ?"),
    (NODE, "exports.handler = (event, context) => context.done(null, 3)", 3),
    (NODE, "exports.handler = async (event, context, done) => { done(null, 1); return 2 }", 2),
    (PYTHON, "from decimal import Decimal as D\ndef handler(event, context):\n"
     "    return D('1.5'), D(2), {'b': b'text'}", [1.5, 2, {"b": "text"}]),
    (PYTHON, "def handler(event, context): return b'[1, 2]'", [1, 2]),
]  # fmt: skip


@pytest.mark.parametrize("case", RESULTS, ids=lambda each: f"{each[0]}-{each[2]}")
def test_a_result_is_as_the_runtime_encodes_it(
    functions: Functions, case: tuple[str, str, object]
) -> None:
    runtime, code, result = case
    answer = functions.run(runtime, code)
    assert (answer.told, answer.error) == (result, None)


def test_a_handler_that_never_answers_is_answered_with_null(functions: Functions) -> None:
    answer = functions.run(NODE, "exports.handler = () => 5")
    assert (answer.told, answer.error) == (None, None)


def test_a_callback_waits_until_nothing_is_left_to_do(functions: Functions) -> None:
    code = (
        "exports.handler = (event, context, done) => {\n"
        "  setTimeout(() => console.log('late'), 50);\n"
        "  context.callbackWaitsForEmptyEventLoop = event;\n"
        "  done(null, 'done');\n}"
    )
    name = functions.create(NODE, code)
    waited = functions.invoke(name, event=True)
    assert (waited.told, "late" in waited.log) == ("done", True)
    assert "late" not in functions.invoke(name, event=False).log


def test_a_response_over_6_mb_is_refused(functions: Functions) -> None:
    told = functions.run(NODE, ASYNC + "'x'.repeat(6_291_555)").told
    assert told == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }

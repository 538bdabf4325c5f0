"""Functions' processes: ministack's see the whole shell, and flatten errors to one type.

Here a process has the environment that Lambda gives it, and a failure is answered and logged as
Lambda's runtimes do. A process whose handler threw goes on, and the log of a run ends with a mark:
ministack waits 50 ms for more lines after each run.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from workbench.function_process.environment import environment
from workbench.function_process.unpacked import Unpacked
from workbench.localcloud.ministack.functions import debugging, log_store, process
from workbench.localcloud.ministack.functions.streams import CURRENT
from workbench.localcloud.ministack.functions.surroundings import surroundings
from workbench.localcloud.ministack.patches.lambda_functions import client_context
from workbench.localcloud.ministack.patches.lambda_functions.log_order import WRITTEN

_logger = logging.getLogger("lambda_runtime")


def install() -> None:
    """Take the place of ministack's start, invocation and answer."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_runtime.Worker._spawn = process.start
    lambda_runtime.Worker.invoke = process.invoke
    lambda_runtime.Worker._discard_tmpdir = process.discard
    lambda_svc._execute_function_warm = execute
    lambda_svc._provided_worker_env = provided_environment


def provided_environment(config: dict[str, Any], code_dir: str, port: int) -> dict[str, str]:
    """The environment of a function that brings its own runtime, which asks ``port`` for events."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    home = Path(lambda_runtime.tempfile.mkdtemp(prefix="home-"))
    return {
        **environment(
            config,
            Unpacked(Path(code_dir), home, [], []),
            Path("/var/lang/bin"),
            surroundings(config, log_store.new_stream(config)),
        ),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        **lambda_svc._durable_env_overlay(),
    }


def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Run one invocation in a process that is free, or in a new one."""
    from ministack.services import lambda_svc

    config = func.get("config") or func
    with debugging.turn(config, int(lambda_svc._invoke_depth.get() or 0)):
        return _run(func, config, event, request_id)


def _run(
    func: dict[str, Any], config: dict[str, Any], event: Any, request_id: str
) -> dict[str, Any]:
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    code = func.get("code_zip")
    if not code:
        return _failure("Runtime.InvalidEntrypoint", "The function has no code.")
    name, qualifier = config.get("FunctionName", "unknown"), config.get("Version", "$LATEST")
    lambda_svc._ensure_reaper_thread()
    worker, _ = lambda_runtime.acquire_worker(name, config, code, qualifier=qualifier)
    stream = CURRENT.get()
    if stream is not None:
        stream.version = str(qualifier)
    try:
        result = worker.invoke(
            event,
            request_id,
            trace_id=lambda_svc._xray_trace_id_for_invocation(config),
            invoked_function_arn=config.get("FunctionArn", ""),
            depth=lambda_svc._invoke_depth.get(),
            durable=lambda_svc._durable_env_overlay(),
            stream=stream,
            client_context=client_context.CURRENT.get(),
        )
    except (OSError, RuntimeError, ValueError) as error:
        _logger.exception("Lambda %s could not be run", name)
        account, region = lambda_svc.get_account_id(), lambda_svc.get_region()
        lambda_runtime.invalidate_worker(name, qualifier, account, region)
        worker = None
        return _failure("Runtime.InvalidRuntime", str(error))
    finally:
        lambda_runtime.release_worker(worker)
    return {**_outcome(result["answer"]), "log": result["log"], "log_source": WRITTEN}


def _outcome(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["status"] == "failed":
        return {"body": answer["error"], "error": True}
    if "body" in answer:
        return {"body": answer["body"]}
    text = answer["result"]
    body = json.loads(text)
    if "\\ud" in text:  # half a surrogate pair of JavaScript's cannot be sent as UTF-8
        body = json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))
    return {"body": body}


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"body": {"errorType": kind, "errorMessage": message}, "error": True}

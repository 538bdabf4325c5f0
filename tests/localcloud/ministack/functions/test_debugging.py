from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions, zipped
from tests.localcloud.ministack.functions.inspector_client import InspectorClient
from workbench.aws.target import LocalTarget
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.debug import debug_off, debug_on, debugged, launch_configuration
from workbench.functions.open_functions import OpenedFunctions
from workbench.localcloud.client import Answer, ask
from workbench.localcloud.contract import DEBUG_PATH

HANDLER = """\
type Event = { name: string };

export const handler = async (event: Event, context: any) => {
  const greeting: string = `Hello ${event.name}`;
  return { greeting, left: context.getRemainingTimeInMillis() };
};
"""
FIRST_LINE = 3
"""Of the handler's body, counted from 0."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    source = folder / "amplify/functions/hello/handler.ts"
    source.parent.mkdir(parents=True)
    source.write_text(HANDLER)
    return folder


def bundled(project: Path, npm_modules: Path) -> bytes:
    """The handler as Amplify bundles it: in few lines, with the map beside it."""
    out = project / "bundling" / "index.mjs"
    command: list[str | Path] = [
        npm_modules / ".bin/esbuild", "amplify/functions/hello/handler.ts", "--bundle",
        "--format=esm", "--platform=node", "--sourcemap", "--minify-syntax", "--minify-whitespace",
        f"--outfile={out}",
    ]  # fmt: skip
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return zipped(
        {name: (out.parent / name).read_text() for name in ("index.mjs", "index.mjs.map")}
    )


def backend_function(name: str, arn: str) -> BackendFunction:
    return BackendFunction(
        name="hello", function=name, arn=arn, runtime=NODE, handler="index.handler", memory=128,
        timeout=1, log_group="", writes_json=False, is_internal=False, construct_path="",
        logical_id="", stack=(),
    )  # fmt: skip


def switch(functions: Functions, **document: Any) -> Answer:
    """The answer of the address for debuggers; it only tells without a document."""
    target = functions.clients.target
    assert isinstance(target, LocalTarget)
    url = f"{target.endpoint}{DEBUG_PATH}"
    return ask(url, target.keys, document=document or None, timeout=60)


def arn_of(functions: Functions, name: str) -> str:
    found = functions.clients.lambda_.get_function_configuration(FunctionName=name)
    return str(found["FunctionArn"])


def test_a_breakpoint_in_the_typescript_source_holds_one_run_and_every_time_limit(
    functions: Functions, project: Path, npm_modules: Path
) -> None:
    source = (project / "amplify/functions/hello/handler.ts").as_uri()
    client: Any = functions.clients.lambda_
    name = functions.create(NODE, "", Timeout=1)
    client.update_function_code(FunctionName=name, ZipFile=bundled(project, npm_modules))
    opened = OpenedFunctions(functions.clients, "", project, project)
    function = backend_function(name, arn_of(functions, name))
    address = debug_on(opened, function)
    with (
        InspectorClient(address.url) as debugger,
        ThreadPoolExecutor(2) as threads,
    ):
        debugger.ask("Debugger.enable")
        script = debugger.wait_for("Debugger.scriptParsed", url="/index.mjs")
        debugger.break_at(script, source, FIRST_LINE)
        runs = [threads.submit(functions.invoke, name, {"name": who}) for who in ("Ann", "Ben")]
        for _ in runs:  # by one process, one after the other
            frame = debugger.wait_for("Debugger.paused")["callFrames"][0]
            who = debugger.ask(
                "Debugger.evaluateOnCallFrame",
                callFrameId=frame["callFrameId"],
                expression="event.name",
            )
            assert who["result"]["value"] in {"Ann", "Ben"}
            debugger.ask("Debugger.resume")
        told = [run.result(60).told for run in runs]
    assert [each["greeting"] for each in told] == ["Hello Ann", "Hello Ben"]
    assert all(each["left"] > 3_600_000 for each in told)
    assert debugged(opened) == {function.arn: address}
    attach = launch_configuration(opened, function, address)
    assert (attach["type"], attach["port"]) == ("node", address.port)
    assert debug_off(opened, function)
    assert not debug_off(opened, function)


LEFT = "exports.handler = async (event, context) => context.getRemainingTimeInMillis()"


def test_a_debugger_keeps_its_port_for_new_code_until_it_is_turned_off(
    functions: Functions, tmp_path: Path
) -> None:
    client: Any = functions.clients.lambda_
    name = functions.create(NODE, LEFT, Timeout=10)
    arn = arn_of(functions, name)
    first = switch(functions, function=arn, on=True, root=str(tmp_path)).document
    client.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.js": LEFT.replace("context.", "-context.")})
    )
    assert functions.invoke(name).told < -3_600_000
    (second,) = switch(functions).document["functions"]
    assert second["port"] == first["port"]
    assert second["url"] not in {first["url"], ""}
    with InspectorClient(second["url"]) as debugger:
        debugger.ask("Debugger.enable")
        assert switch(functions, function=arn, on=False).document == {"on": False, "was": True}
    assert functions.invoke(name).told > -10_000
    assert switch(functions).document["functions"] == []

    switch(functions, function=arn, on=True, root=str(tmp_path))
    client.delete_function(FunctionName=name)
    assert switch(functions).document["functions"] == []
    gone = switch(functions, function=arn, on=True, root=str(tmp_path))
    assert (gone.status, gone.refusal) == (400, f"Function not found: {arn}")


def test_code_that_cannot_be_loaded_says_so_and_is_debugged_once_it_can(
    functions: Functions, tmp_path: Path
) -> None:
    name = functions.create(NODE, "throw new Error('no key')")
    arn = arn_of(functions, name)
    address = switch(functions, function=arn, on=True, root=str(tmp_path)).document
    assert (address["problem"], address["url"]) == ("no key", "")
    functions.clients.lambda_.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.js": LEFT})
    )
    assert functions.invoke(name).told > 3_600_000
    (found,) = switch(functions).document["functions"]
    assert found["url"]
    switch(functions, function=arn, on=False)

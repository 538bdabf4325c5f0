"""Synth of the real quickstart with its real npm packages, and everything that can go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.model.diagnostics import SynthResult
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime

if TYPE_CHECKING:
    from tests.synth.conftest import Bench

pytestmark = pytest.mark.npm

CONTEXT = {
    "amplify-backend-namespace": "quickstart",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}
STACK = "amplify-quickstart-me-sandbox-9c60c3d084"
BACKEND = "amplify/backend.ts"
DATA = "amplify/data/resource.ts"
WARM = pytest.mark.asyncio(loop_scope="module")


async def run(bench: Bench, **options: Any) -> SynthResult:
    return await bench.synthesizer.synth(CONTEXT, bench.project.assembly_dir, **options)


@WARM
async def test_an_edit_is_in_the_next_assembly_of_the_same_worker(warm_bench: Bench) -> None:
    first = await run(warm_bench)
    assert first.diagnostics == ()
    assert first.assembly == warm_bench.project.assembly_dir
    assert (warm_bench.project.assembly_dir / f"{STACK}.template.json").is_file()
    assert {BACKEND, DATA} <= set(first.inputs)
    pid = warm_bench.synthesizer.worker_pid
    layers = list(warm_bench.project.assembly_dir.glob("asset.*.zip"))

    warm_bench.edit(DATA, "content:", "headline:")
    second = await run(warm_bench)

    assert second.diagnostics == ()
    assert warm_bench.synthesizer.worker_pid == pid
    assert "headline: String" in warm_bench.graphql()
    assert "content: String" not in warm_bench.graphql()
    assert list(warm_bench.project.assembly_dir.glob("asset.*.zip")) == layers
    referred = "".join(p.read_text() for p in warm_bench.project.assembly_dir.glob("*.assets.json"))
    for asset in warm_bench.project.assembly_dir.glob("asset.*"):
        assert asset.name in referred, f"{asset.name} is left over"
    left = [path.name for path in warm_bench.project.assembly_dir.parent.iterdir()]
    assert left == ["cdk.out"]


@WARM
async def test_what_user_code_prints_is_log_and_never_an_answer(warm_bench: Bench) -> None:
    noise = (
        "import { spawnSync } from 'node:child_process';\n"
        "import fs from 'node:fs';\n"
        "console.warn('a warning from %s', 'the backend');\n"
        "console.log({ answer: 42 });\n"
        """process.stdout.write('{"id": 1, "ok": false}\\n\\u0000garbage without an end');\n"""
        "fs.writeSync(1, '\\n{\"id\": 2}\\n');\n"
        "spawnSync('echo', ['from a child'], { stdio: 'inherit' });\n"
    )
    warm_bench.write(BACKEND, noise + warm_bench.read(BACKEND))
    result = await run(warm_bench)
    assert result.diagnostics == ()
    await asyncio.sleep(0.2)
    assert "a warning from the backend" in warm_bench.lines("warning")
    assert "answer: 42" in warm_bench.lines("info")
    assert "from a child" in warm_bench.lines("info")


@WARM
async def test_errors_say_file_line_and_hint_and_the_next_save_works(warm_bench: Bench) -> None:
    good = warm_bench.read(BACKEND)
    assert (await run(warm_bench)).diagnostics == ()
    before = (warm_bench.project.assembly_dir / "manifest.json").read_text()

    warm_bench.write(BACKEND, good + "\nconst broken = ;\n")
    (syntax,) = (await run(warm_bench)).diagnostics
    assert (syntax.file, syntax.line) == (BACKEND, len(good.splitlines()) + 2)
    assert syntax.code == "SyntaxError"

    warm_bench.write(BACKEND, "import './nope.js';\n" + good)
    (missing,) = (await run(warm_bench)).diagnostics
    assert (missing.file, missing.line, missing.code) == (BACKEND, 1, "ModuleNotFound")
    assert "./nope.js" in missing.message

    warm_bench.write(BACKEND, "import 'no-such-package';\n" + good)
    (package,) = (await run(warm_bench)).diagnostics
    assert "npm install no-such-package" in package.hint

    warm_bench.write(BACKEND, "import { nothing } from './auth/resource.js';\nnothing;\n" + good)
    (export,) = (await run(warm_bench)).diagnostics
    assert (export.file, export.line, export.code) == (BACKEND, 1, "MissingExport")

    warm_bench.write(BACKEND, good + "\nthrow 'a text';\n")
    (thrown,) = (await run(warm_bench)).diagnostics
    assert "a text" in thrown.message

    warm_bench.write(BACKEND, good + "\n\nprocess.exit(3);\n")
    (exited,) = (await run(warm_bench)).diagnostics
    assert "process.exit(3)" in exited.message
    assert (exited.file, exited.line) == (BACKEND, len(good.splitlines()) + 3)

    warm_bench.write(BACKEND, good + "\nPromise.reject(new Error('nobody waits'));\n")
    (rejected,) = (await run(warm_bench)).diagnostics
    assert "nobody waits" in rejected.message

    warm_bench.write(BACKEND, "export {};\n")
    (undefined,) = (await run(warm_bench)).diagnostics
    assert "defineBackend" in undefined.message

    assert (warm_bench.project.assembly_dir / "manifest.json").read_text() == before
    for found in (syntax, missing, package, export, thrown, exited, rejected, undefined):
        assert "    at " not in found.message

    warm_bench.write(BACKEND, "await new Promise((done) => setTimeout(done, 20));\n" + good)
    assert (await run(warm_bench)).diagnostics == ()


@WARM
async def test_amplifys_own_hint_is_kept_and_counters_start_afresh(warm_bench: Bench) -> None:
    auth = "amplify/auth/resource.ts"
    good = warm_bench.read(auth)
    assert (await run(warm_bench)).diagnostics == ()
    warm_bench.write(
        auth, good + "\nexport const other = defineAuth({ loginWith: { email: true } });\n"
    )
    (found,) = (await run(warm_bench)).diagnostics
    assert found.code == "MultipleSingletonResourcesError"
    assert (found.file, found.line) == (auth, len(good.splitlines()) + 2)
    assert "defineAuth" in found.hint
    warm_bench.write(auth, good)
    assert (await run(warm_bench)).diagnostics == ()


@WARM
async def test_functions_are_bundled_with_their_generated_types(warm_bench: Bench) -> None:
    warm_bench.write(
        "amplify/say/resource.ts",
        "import { defineFunction } from '@aws-amplify/backend';\n"
        "export const say = defineFunction({\n"
        "  name: 'say', entry: './handler.ts', environment: { GREETING: 'hi' },\n"
        "});\n",
    )
    handler = "amplify/say/handler.ts"
    warm_bench.write(
        handler,
        "import { env } from '$amplify/env/say';\n"
        "export const handler = async () => env.GREETING + ' one';\n",
    )
    text = warm_bench.read(BACKEND).replace("defineBackend({", "defineBackend({ say,")
    warm_bench.write(BACKEND, "import { say } from './say/resource.js';\n" + text)

    def bundles() -> dict[str, str]:
        files = warm_bench.project.assembly_dir.glob("asset.*/index.mjs")
        return {f.parent.name: f.read_text() for f in files if "GREETING" in f.read_text()}

    first = await run(warm_bench)
    assert first.diagnostics == ()
    assert handler in first.inputs
    typed = warm_bench.read(".amplify/generated/env/say.ts")
    assert "GREETING: string" in typed
    (before,) = bundles().items()
    assert " one" in before[1]

    again = await run(warm_bench)
    assert handler in again.inputs
    assert bundles() == dict([before])

    warm_bench.edit(handler, " one", " two")
    assert (await run(warm_bench)).diagnostics == ()
    (after,) = bundles().items()
    assert " two" in after[1]
    assert after[0] != before[0]

    warm_bench.write(
        handler, "import { x } from './gone';\nexport const handler = async () => x;\n"
    )
    (broken,) = (await run(warm_bench)).diagnostics
    assert (broken.file, broken.line, broken.code) == (handler, 1, "FunctionBundleError")


@WARM
async def test_a_killed_worker_is_reported_and_replaced(warm_bench: Bench) -> None:
    assert (await run(warm_bench)).diagnostics == ()
    first = warm_bench.synthesizer.worker_pid
    good = warm_bench.read(BACKEND)
    warm_bench.write(BACKEND, "process.kill(process.pid, 'SIGKILL');\n" + good)
    (died,) = (await run(warm_bench)).diagnostics
    assert died.code == "SynthDied"
    assert "SIGKILL" in died.message
    warm_bench.write(BACKEND, good)
    assert (await run(warm_bench)).diagnostics == ()
    second = warm_bench.synthesizer.worker_pid
    assert second is not None
    assert second != first
    os.kill(second, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert (await run(warm_bench)).diagnostics == ()


@WARM
async def test_a_worker_that_is_killed_once_costs_no_save(
    warm_bench: Bench, tmp_path: Path
) -> None:
    first = warm_bench.synthesizer.worker_pid
    good = warm_bench.read(BACKEND)
    once = tmp_path / "killed"
    line = (
        "import { existsSync, writeFileSync } from 'node:fs';\n"
        f"if (!existsSync('{once}')) {{ writeFileSync('{once}', ''); "
        "process.kill(process.pid, 'SIGKILL'); }\n"
    )
    warm_bench.write(BACKEND, line + good)
    assert (await run(warm_bench)).diagnostics == ()
    assert once.exists()
    assert warm_bench.synthesizer.worker_pid != first


async def test_an_endless_backend_is_stopped(bench: Bench) -> None:
    await bench.synthesizer.close()
    bench.synthesizer = bench.another(timeout=1)
    await bench.synthesizer.warm()
    good = bench.read(BACKEND)
    bench.write(BACKEND, "while (true) {}\n" + good)
    (found,) = (await run(bench)).diagnostics
    assert found.code == "SynthTimeout"
    assert bench.synthesizer.worker_pid is None


@WARM
async def test_the_latest_of_overlapping_synths_wins(warm_bench: Bench) -> None:
    assert (await run(warm_bench)).diagnostics == ()
    older = asyncio.create_task(run(warm_bench))
    await asyncio.sleep(0.05)
    warm_bench.edit(DATA, "content:", "latest:")
    newest = asyncio.create_task(run(warm_bench))
    with pytest.raises(asyncio.CancelledError):
        await older
    assert not newest.done()
    assert (await newest).diagnostics == ()
    assert "latest: String" in warm_bench.graphql()

    cancelled = asyncio.create_task(run(warm_bench))
    await asyncio.sleep(0.05)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    warm_bench.edit(DATA, "latest:", "after:")
    assert (await run(warm_bench)).diagnostics == ()
    assert "after: String" in warm_bench.graphql()


@WARM
async def test_changed_packages_replace_the_worker(warm_bench: Bench) -> None:
    assert (await run(warm_bench)).diagnostics == ()
    first = warm_bench.synthesizer.worker_pid
    warm_bench.write("package-lock.json", '{"lockfileVersion": 3, "changed": true}')
    assert (await run(warm_bench)).diagnostics == ()
    assert warm_bench.synthesizer.worker_pid != first


async def test_too_much_memory_replaces_the_worker(bench: Bench) -> None:
    bench.synthesizer = bench.another(memory_limit_mb=1)
    assert (await run(bench)).diagnostics == ()
    large = bench.synthesizer.worker_pid
    deadline = time.monotonic() + 60
    while bench.synthesizer.worker_pid in {None, large} and time.monotonic() < deadline:  # noqa: ASYNC110 - a process id, without an event
        await asyncio.sleep(0.05)
    assert bench.synthesizer.worker_pid not in {None, large}


def test_no_worker_outlives_its_killed_owner(
    project: Project, node_runtime: NodeRuntime, tmp_path: Path
) -> None:
    (project.root / BACKEND).write_text("while (true) {}\n")
    script = tmp_path / "owner.py"
    script.write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from workbench.project.models import Project\n"
        "from workbench.synth.synthesizer import Synthesizer\n"
        "async def main():\n"
        "    root = Path(sys.argv[1])\n"
        "    project = Project(root, root / 'amplify/backend.ts', 'quickstart')\n"
        "    made = Synthesizer(project, Path(sys.argv[2]), print)\n"
        "    await made.warm()\n"
        "    print('PID', made.worker_pid, flush=True)\n"
        "    await made.synth({}, project.assembly_dir)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, str(script), str(project.root), str(node_runtime.executable)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    try:
        assert owner.stdout is not None
        line = next(text for text in owner.stdout if text.startswith("PID"))
        worker = int(line.split()[1])
        time.sleep(1)
        os.kill(worker, 0)
    finally:
        owner.kill()
        owner.wait()
    deadline = time.monotonic() + 10
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(worker, 0)
            time.sleep(0.05)


async def test_plain_javascript_and_common_js_backends_work(bench: Bench) -> None:
    (bench.project.root / BACKEND).unlink()
    bench.write("amplify/package.json", '{"type": "commonjs"}')
    source = (
        "const {{ defineBackend }} = require('@aws-amplify/backend');\n"
        "const {{ kind }} = require('./kind.js');\n"
        "const backend = defineBackend({{}});\n"
        "backend.addOutput({{ custom: {{ kind }} }});\n"
    )
    bench.write("amplify/backend.js", source.format())
    bench.write("amplify/kind.js", "exports.kind = 'first-kind';\n")
    bench.project = type(bench.project)(
        bench.project.root, bench.project.root / "amplify/backend.js", "quickstart"
    )
    await bench.synthesizer.close()
    bench.synthesizer = bench.another()
    template = bench.project.assembly_dir / f"{STACK}.template.json"
    assert (await run(bench)).diagnostics == ()
    assert "first-kind" in template.read_text()
    bench.write("amplify/kind.js", "exports.kind = 'second-kind';\n")
    assert (await run(bench)).diagnostics == ()
    assert "second-kind" in template.read_text()


@WARM
async def test_the_introspection_describes_the_models(warm_bench: Bench) -> None:
    schema = "type Note @model @auth(rules: [{ allow: public }]) { id: ID! text: String }"
    found = await warm_bench.synthesizer.introspect(schema)
    models = json.loads(json.dumps(found))["models"]
    assert set(models) == {"Note"}
    assert set(models["Note"]["fields"]) >= {"id", "text"}
    with pytest.raises(RuntimeError):
        await warm_bench.synthesizer.introspect("type {")


async def test_a_synth_leaves_no_temporary_assets_behind(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "system-temporary"
    system.mkdir()
    monkeypatch.setenv("TMPDIR", str(system))
    own = bench.project.dot_amplify / "workbench" / ".temporary"
    dead = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await dead.wait()
    (own / f"{dead.pid}-left").mkdir(parents=True)

    assert (await run(bench)).diagnostics == ()
    assert [folder.name.partition("-")[0] for folder in own.iterdir()] == [str(os.getpid())]
    # The removal goes on beside the answer.
    deadline = time.monotonic() + 5
    while list(own.glob("*/transformer-assets*")):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    assert bench.graphql()
    assert list(system.glob("transformer-assets*")) == []

    await bench.synthesizer.close()
    assert list(own.iterdir()) == []

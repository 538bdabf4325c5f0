"""Type errors: found, cleared, remembered.

Those of the real quickstart, whose check takes 10 s of CPU, are in tests/cli/test_full_loop.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from workbench.project.models import Project
from workbench.synth.type_check.checker import TypeChecker
from workbench.synth.type_check.cli import check_with_cli, parse_compiler_output

if TYPE_CHECKING:
    from tests.synth.conftest import Bench

BACKEND = "amplify/backend.ts"
DATA = "amplify/data/resource.ts"


@pytest_asyncio.fixture
async def checker(bench: Bench) -> AsyncIterator[TypeChecker]:
    made = TypeChecker(bench.project, bench.node, bench.events.append)
    yield made
    await made.close()


@pytest.mark.npm
@pytest.mark.usefixtures("small_project")
async def test_type_errors_come_and_go_with_edits_and_files(
    bench: Bench, checker: TypeChecker
) -> None:
    good = bench.read(DATA)
    assert (await checker.check()).diagnostics == ()
    pid = checker.worker_pid

    bench.edit(DATA, "trim()", "trimm()")
    (wrong,) = (await checker.check()).diagnostics
    assert wrong.file == DATA
    assert wrong.code == "TS2551"
    assert good.splitlines()[wrong.line - 1].find("trim()") == wrong.column - 1

    bench.write(DATA, good)
    assert (await checker.check()).diagnostics == ()

    bench.write(BACKEND, bench.read(BACKEND) + "import { x } from './extra.js';\nx.length;\n")
    (missing,) = (await checker.check()).diagnostics
    assert missing.code == "TS2307"
    bench.write("amplify/extra.ts", "export const x = 1;\n")
    (kind,) = (await checker.check()).diagnostics
    assert kind.code == "TS2339"
    bench.write("amplify/extra.ts", "export const x = 'text';\n")
    assert (await checker.check()).diagnostics == ()
    (bench.project.root / "amplify/extra.ts").unlink()
    (gone,) = (await checker.check()).diagnostics
    assert gone.code == "TS2307"
    assert checker.worker_pid == pid


@pytest.mark.npm
@pytest.mark.usefixtures("small_project")
async def test_types_that_synth_generates_meanwhile_count(
    bench: Bench, checker: TypeChecker
) -> None:
    bench.write(
        "amplify/say.ts", "import { env } from '$amplify/env/say';\nexport const a = env.NAME;\n"
    )

    async def generate() -> None:
        bench.write(".amplify/generated/env/say.ts", "export const env = { NAME: 'x' };\n")

    before = await checker.check()
    assert [each.code for each in before.diagnostics] == ["TS2307"]
    after = await checker.check(after=asyncio.create_task(generate()))
    assert after.diagnostics == ()


@pytest.mark.npm
@pytest.mark.usefixtures("small_project")
async def test_a_start_with_unchanged_files_answers_from_disk(
    bench: Bench, checker: TypeChecker
) -> None:
    bench.edit(DATA, "trim()", "trimm()")
    first = await checker.check()
    assert [item.code for item in first.diagnostics] == ["TS2551"]
    await checker.close()
    second = TypeChecker(bench.project, bench.node, bench.events.append)
    try:
        again = await second.check()
        assert again.diagnostics == first.diagnostics
        assert second.worker_pid is None
    finally:
        await second.close()
    bench.edit(DATA, "trimm()", "trim()")
    third = TypeChecker(bench.project, bench.node, bench.events.append)
    try:
        assert (await third.check()).diagnostics == ()
    finally:
        await third.close()


@pytest.mark.npm
@pytest.mark.usefixtures("small_project")
async def test_the_command_line_finds_the_same(bench: Bench) -> None:
    bench.edit(DATA, "trim()", "trimm()")
    (found,) = (await check_with_cli(bench.project, bench.node)).diagnostics
    assert (found.file, found.code) == (DATA, "TS2551")
    assert found.line > 0


@pytest.mark.npm
@pytest.mark.usefixtures("small_project")
async def test_packages_in_messages_are_named_without_their_folder(
    bench: Bench, checker: TypeChecker
) -> None:
    bench.write(DATA, "import * as a from 'constructs';\nexport const data: number = a;\n")
    wanted = "Type 'typeof import(\"constructs/lib/index\")' is not assignable to type 'number'."
    (warm,) = (await checker.check()).diagnostics
    (cold,) = (await check_with_cli(bench.project, bench.node)).diagnostics
    assert (warm.message, cold.message) == (wanted, wanted)


async def test_projects_without_a_config_are_skipped(tmp_path: Path) -> None:
    amplify = tmp_path / "amplify"
    amplify.mkdir()
    (amplify / "backend.js").touch()
    project = Project(tmp_path, amplify / "backend.js", "plain")
    checker = TypeChecker(project, Path("node"), print)
    assert "no TypeScript" in (await checker.check()).skipped
    (amplify / "backend.ts").touch()
    assert "tsconfig.json" in (await check_with_cli(project, Path("node"))).skipped


def test_compiler_output_is_read_with_its_details(tmp_path: Path) -> None:
    text = (
        "amplify/a.ts(3,7): error TS2322: Type 'A' is not assignable to type 'B'.\n"
        "  Types of property 'x' are incompatible.\n"
        "error TS5012: Cannot read file 'tsconfig.json'.\n"
    )
    placed, other = parse_compiler_output(text, tmp_path)
    assert (placed.file, placed.line, placed.column) == ("amplify/a.ts", 3, 7)
    assert placed.message.endswith("are incompatible.")
    assert (other.file, other.code) == ("", "TS5012")

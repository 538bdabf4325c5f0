"""Every command and pane on backends of one category: each opens only what it uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from screens.panes import PANES
from screens.sandbox_starter import (
    ProjectStarter,
    open_all_branches,
    open_api,
    open_sandbox_functions,
    open_user_pool,
)
from tests.cli.command_here import command_here
from workbench.cli.main import COMMANDS
from workbench.localcloud import lifecycle
from workbench.localcloud.contract import CLOUD_VARIABLE
from workbench.model.events import discard
from workbench.model.user_problem import UserProblem
from workbench.startup import Flags

pytestmark = pytest.mark.cloud

BACKENDS = {
    "auth": "backend = define_backend(auth=define_auth(email=True))",
    "data": (
        "class Todo(Model, rules=[allow.public_api_key()]):\n    content: str\n\n"
        "backend = define_backend(data=define_data(models=[Todo]))"
    ),
    "storage": 'backend = define_backend(files=define_storage("files"))',
    "functions": 'backend = define_backend(hello=define_function("hello.py"))',
    "custom": (
        "from aws_cdk.aws_sqs import Queue\n\nbackend = define_backend()\n"
        'Queue(backend.create_stack("queues"), "Jobs")'
    ),
}
USER = "ann@example.com"
NO_POOL, NO_API = "This backend has no user pool.", "This backend has no GraphQL API."

COMMANDS_THAT_NEED: dict[str, tuple[tuple[str, ...], ...]] = {
    "": (
        ("status",), ("diff",), ("outputs",), ("history",), ("doctor",),
        ("secret", "set", "KEY"), ("secret", "list"), ("branches", "list"),
        ("functions", "list"), ("functions", "logs"),
    ),
    "auth": (
        ("users", "create", USER, "--password"), ("users", "list"), ("users", "show", USER),
        ("users", "verify", USER, "email"), ("users", "sign-in", USER),
        ("users", "token", USER), ("users", "triggers", USER), ("users", "inbox"),
        ("users", "settings"), ("users", "group", "create", "Editors"),
        ("users", "group", "list"), ("users", "export"), ("users", "seed", "--count", "1"),
        ("users", "delete", USER, "--yes"),
    ),
    "data": (("schema",), ("query", "todos.graphql")),
}  # fmt: skip
TYPED = {"set": "value\n", "create": "Passw0rd!x\n", "sign-in": "Passw0rd!x\n"}
ELSEWHERE = {
    "sandbox", "local", "delete", "pipeline-deploy", "login", "init", "front-end", "convert", "env",
    "subscribe",
}  # fmt: skip
"""Commands that deploy, end, ask AWS or Git, or go on without an end."""

REFUSED = {"auth": NO_POOL, "data": NO_API}
PANES_THAT_NEED = {"users": "auth", "playground": "data", "functions": "", "branches": ""}


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a deployed project for each category, all on one local cloud."""
    folder = tmp_path_factory.mktemp("categories")
    cloud = folder / "cloud"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOUD_VARIABLE, str(cloud))
        for name, code in BACKENDS.items():
            amplify = folder / name / "amplify"
            amplify.mkdir(parents=True)
            (amplify / "backend.py").write_text(f"from amplify_tui import *\n{code}\n")
            (amplify / "hello.py").write_text("def handler(event, context): return 1\n")
            query = folder / name / "todos.graphql"
            query.write_text("{ listTodos { items { id } } }")
            tool = Path(sys.executable).with_name("amplify-tui")
            words = (str(tool), "sandbox", "--once", "--local", "--no-type-check")
            done = run(words, cwd=folder / name, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        yield folder
        lifecycle.stop(cloud)


@pytest.mark.parametrize("category", BACKENDS)
def test_each_command_opens_only_what_it_uses(projects: Path, category: str) -> None:
    for need, commands in COMMANDS_THAT_NEED.items():
        for words in commands:
            typed = TYPED.get(words[1], "") if len(words) > 1 else ""
            done = command_here(projects / category, *words, typed=typed)
            if need in ("", category):
                assert done.code == 0, (words, done.out, done.err)
            else:
                assert (done.code, REFUSED[need] in done.err) == (1, True), (words, done.err)


@pytest.mark.parametrize("category", BACKENDS)
def test_each_pane_opens_only_what_it_uses(projects: Path, category: str) -> None:
    session = ProjectStarter(projects / category, Flags(local=True)).prepare()
    opened = {
        "users": open_user_pool,
        "playground": open_api,
        "functions": open_sandbox_functions,
        "branches": open_all_branches,
    }
    for pane, need in PANES_THAT_NEED.items():
        if need in ("", category):
            assert opened[pane](session, discard)
        else:
            with pytest.raises(UserProblem, match=REFUSED[need]):
                opened[pane](session, discard)


def test_the_tables_name_every_command_and_pane() -> None:
    named = {words[0] for commands in COMMANDS_THAT_NEED.values() for words in commands}
    assert named | ELSEWHERE == {each.NAME for each in COMMANDS}
    assert set(PANES_THAT_NEED) == {each.id for each in PANES}

"""Type checkers understand definitions: mypy's strictest, over files as users write them."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[3]
MATRIX = ROOT / "tests/backend/matrix/amplify"

RIGHT = """
    from enum import Enum
    from typing import TYPE_CHECKING, Literal, assert_type

    from amplify_tui import (
        CustomType, DateTime, Email, Id, Json, LambdaAuthorizer, Model, allow, belongs_to,
        define_data, define_function, field, function, has_many, has_one, index, mutation, query,
        subscription,
    )

    shout_function = define_function("shout.py")

    class Kind(Enum):
        BOOK = 1

    class Size(CustomType):
        width: int
        height: int | None

    class User(Model, rules=[allow.owner(), allow.group("Admins").to("read", "delete")]):
        mail: Email
        priority: Literal["LOW", "HIGH"] | None = None
        posts: list["Post"] = has_many("user_id", description="All.")
        profile: "Profile | None" = has_one("user_id")
        extra: Json | None

    class Profile(Model, rules=[allow.owner()]):
        user_id: Id
        user: User | None = belongs_to("user_id")

    class Post(
        Model,
        identifier=("user_id", "sent_at"),
        indexes=[index("kind", sort=("sent_at",), query="postsByKind")],
        disable=["subscriptions", "on_create"],
        rules=[allow.authenticated("identityPool"), allow.owner_defined_in("user_id")],
    ):
        user_id: Id
        sent_at: DateTime
        kind: Kind = Kind.BOOK
        size: Size | None
        title: str = field(default="", max_length=80, rules=[allow.guest().to("get")])
        user: User | None = belongs_to("user_id")

    @mutation(handler=function(shout_function), rules=[allow.authenticated()])
    def shout(text: str, size: Size | None = None) -> Size | None: ...

    @query(returns=list[str], handler=[function(shout_function)], rules=[allow.custom()])
    def words() -> None: ...

    @subscription(on=[shout], rules=[allow.authenticated()])
    def on_shout() -> None: ...

    data = define_data(
        models=[User, Profile, Post],
        operations=[shout, words, on_shout],
        rules=[allow.authenticated(), allow.resource(shout_function).to("query")],
        default_authorization="user_pool",
        lambda_authorizer=LambdaAuthorizer(shout_function),
    )
    if TYPE_CHECKING:
        assert_type(Post.sent_at, str)
        assert_type(User.posts, list[Post])
        assert_type(User.profile, Profile | None)
"""

WRONG = """
    from amplify_tui import Model, allow, define_data, function, has_many, index, query

    class Todo(Model, rules=[allow.owner("apiKey")]):  # arg-type
        text: str = 1  # assignment
        rules: "list[Unknown]" = has_many("todo_id")  # name-defined

    class Other(Model, rule=[allow.owner()]):  # call-arg
        text: str

    class More(Model, rules=[allow.owner().to("write")], disable=["read"]):  # arg-type list-item
        text: str

    @query(handler=function("shout"), rules=[allow.owner()])  # arg-type
    def ask() -> str | None: ...

    data = define_data(models=[Todo], default_authorization="cognito")  # arg-type
    index("text", projection="SOME")  # arg-type
    allow.everybody()  # attr-defined
"""

# Reading aws_cdk's declarations takes mypy 80 s.
CONFIG = """
[mypy]
[mypy-aws_cdk.*,constructs.*,jsii.*]
ignore_missing_imports = true
follow_imports = skip
"""


def _mypy(*files: Path, path: Path, cache: Path) -> str:
    config = cache.with_suffix(".ini")
    config.write_text(CONFIG)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file", str(config)),
            *("--cache-dir", str(cache), "--explicit-package-bases", "--no-error-summary"),
            *map(str, files),
        ],
        cwd=path,
        env={**os.environ, "MYPYPATH": f"{path}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.stderr
    # What the engine's own files lack is for the engine's own check.
    return "\n".join(
        line for line in done.stdout.splitlines() if not line.startswith(str(ROOT / "workbench"))
    )


def test_mypy_strict(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(textwrap.dedent(RIGHT))
    wrong.write_text(textwrap.dedent(WRONG))
    told = _mypy(right, wrong, path=tmp_path, cache=tmp_path / "cache").splitlines()
    assert [line for line in told if line.startswith("right.py")] == []
    found = [
        (int(match[1]), match[2])
        for line in told
        if (match := re.match(r"wrong\.py:(\d+): error: .*\[([a-z-]+)\]$", line))
    ]
    expected = [
        (number, code)
        for number, line in enumerate(WRONG.splitlines(), 1)
        if "  # " in line
        for code in line.partition("  # ")[2].split()
    ]
    assert found == expected


def test_what_type_checks_is_a_schema(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text("def handler(event, context): ...\n")
    file = tmp_path / "right.py"
    file.write_text(textwrap.dedent(RIGHT))
    data = runpy.run_path(str(file))["data"]
    assert [model.name for model in data.schema.models] == ["User", "Profile", "Post"]
    assert [each.name for each in data.schema.operations] == ["shout", "words", "onShout"]


def test_the_matrix_is_strict_too(tmp_path: Path) -> None:
    told = _mypy(MATRIX / "data/resource.py", path=MATRIX, cache=tmp_path / "cache")
    assert told == ""

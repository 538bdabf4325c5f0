"""``query``, ``subscribe`` and ``schema`` in a process, on the real API."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_client_schema

from tests.cli.command_here import command_here
from tests.localcloud.appsync.matrix.deployed import Deployed

pytestmark = pytest.mark.npm

CREATE = 'mutation { createOwned(input: {text: "by command"}) { id text owner } }'
LIST = "query L($f: ModelOwnedFilterInput) { listOwneds(filter: $f) { items { text } } }"
VARIABLES = json.dumps({"f": {"text": {"eq": "by command"}}})


def test_a_query_runs_as_each_caller(matrix: Deployed, tmp_path: Path) -> None:
    made = command_here(
        matrix.project, "query", "-e", CREATE, "--as", "user:ann@example.com", "--json"
    )
    assert made.code == 0, made.err
    assert json.loads(made.out)["data"]["createOwned"]["text"] == "by command"
    file = tmp_path / "list.graphql"
    file.write_text(LIST)
    for who, count in (("user:ann@example.com", 1), ("user:bob@example.com", 0), ("admin", 1)):
        found = command_here(
            matrix.project, "query", str(file), "--variables", VARIABLES, "--as", who
        )
        assert found.code == 0, found.err
        assert len(json.loads(found.out)["data"]["listOwneds"]["items"]) >= count
        assert (count == 0) == (json.loads(found.out)["data"]["listOwneds"]["items"] == [])
        assert f"as {who}" in found.err
    for who, words in (
        ("guest", "UnauthorizedException: Permission denied"),
        ("guest", "→ IAM has no grant on Query.listOwneds for the caller's role"),
        ("api-key", "Unauthorized: Not Authorized to access listOwneds on type Query"),
    ):
        refused = command_here(matrix.project, "query", "-e", LIST, "--as", who)
        assert refused.code == 1
        assert words in refused.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-e", "{ nope }"), "FieldUndefined"),
        (("-e", "{ a"), "Invalid"),
        (("-e", ""), "There is no operation"),
        (("-e", "{ __typename }", "--variables", "{'a'}"), "not valid JSON"),
        (("-e", "{ __typename }", "--as", "somebody"), "is not a caller"),
        (("-e", "{ __typename }", "--as", "user:nobody@example.com"), "nobody@example.com"),
        (("none.graphql",), "cannot be read"),
        (("-e", "query A { __typename } query B { __typename }"), "--operation"),
    ],
)
def test_wrong_input_is_told_in_words(
    matrix: Deployed, arguments: tuple[str, ...], words: str
) -> None:
    done = command_here(matrix.project, "query", *arguments)
    assert done.code != 0
    assert words in done.err + done.out
    assert "Traceback" not in done.err


def test_a_subscription_prints_events_as_they_come(matrix: Deployed) -> None:
    run = "import sys; from workbench.cli.main import main; sys.exit(main())"
    query = "subscription { onCreateKeyed { text } }"
    with subprocess.Popen(
        [sys.executable, "-c", run, "subscribe", "-e", query, "--as", "api-key", "--count", "1"],
        cwd=matrix.project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listening:
        try:
            assert listening.stderr is not None
            assert "subscribed as api-key" in listening.stderr.readline()
            made = 'mutation { createKeyed(input: {text: "event"}) { id text } }'
            assert command_here(matrix.project, "query", "-e", made, "--as", "api-key").code == 0
            out, _ = listening.communicate(timeout=60)
        finally:
            listening.kill()
    assert json.loads(out)["onCreateKeyed"] == {"text": "event"}
    assert listening.returncode == 0


def test_the_schema_is_printed_in_both_forms(matrix: Deployed) -> None:
    sdl = command_here(matrix.project, "schema")
    assert "type Keyed" in sdl.out
    introspection = command_here(matrix.project, "schema", "--introspection")
    built = build_client_schema(json.loads(introspection.out))
    assert built.query_type is not None
    assert "getKeyed" in built.query_type.fields

"""No request stops the cloud: for each language a bomb by depth, width, text, pattern, native call.

While one goes off, somebody else is answered; the field fails in AppSync's words; afterwards the
same cloud serves. The ceilings are wide, for a busy machine: ``tests/bench/bombs.py`` has the
strict ones, and runs the whole table.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.localcloud import bombs
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

_CEILING = 2.0
"""Seconds that somebody else may wait on a machine that runs other tests besides."""

_LONGEST = 30.0

JAVASCRIPT = {
    "width: one object twice in each of 30 levels": "took longer than 1 s",
    "width: a list without members": "took longer than 1 s",
    "depth: a function that calls itself": "",
    "text: doubled": "",
    "pattern": "took longer than 1 s",
    "native: repeat": "MB of memory",
}
VTL = {
    "width: one map twice in each of 40 levels": "members",
    "width: the same compared": "took longer than 1 s",
    "width: loops in loops": "iterations",
    "width: a long range": "",
    "depth: a macro that calls itself twice": "",
    "text: doubled": "5 MB",
    "pattern": "took longer than 1 s",
}
GRAPHQL = (
    "width: 2,400 fields with resolvers",
    "width: one field with selections 1,500 times",
    "width: fragments of fragments",
    "width: directives",
    "depth",
    "depth: of a value",
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bombs.Target]:
    folder = tmp_path_factory.mktemp("bombs") / "local-cloud"
    found = bombs.make_target(lifecycle.start(folder))
    found.ask("{ hello js vtl }").raise_for_status()
    yield found
    lifecycle.stop(folder)


def _went_off(target: bombs.Target, query: str) -> dict[str, Any]:
    """The bomb's own answer; others were answered meanwhile."""
    with target.watch() as watch:
        began = time.monotonic()
        answer = target.ask(query, timeout=_LONGEST + 10)
        took = time.monotonic() - began
    assert answer.status_code == 200
    assert took < _LONGEST
    assert max(watch.health) < _CEILING
    assert max(watch.query) < _CEILING
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_javascript(target: bombs.Target, name: str) -> None:
    target.set_javascript(bombs.JAVASCRIPT[name])
    answer = _went_off(target, "{ js hello }")
    assert answer["data"] == {"js": None, "hello": "hi"}
    (error,) = answer["errors"]
    assert error["path"] == ["js"]
    assert error["errorType"] == "Code"
    assert JAVASCRIPT[name] in error["message"]


@pytest.mark.parametrize("name", VTL)
def test_templates(target: bombs.Target, name: str) -> None:
    target.set_template(bombs.VTL[name])
    answer = _went_off(target, "{ vtl hello }")
    assert answer["data"] == {"vtl": None, "hello": "hi"}
    (error,) = answer["errors"]
    assert error["errorType"] == "MappingTemplate"
    assert VTL[name] in error["message"]


@pytest.mark.parametrize("name", GRAPHQL)
def test_graphql(target: bombs.Target, name: str) -> None:
    answer = _went_off(target, bombs.GRAPHQL[name])
    assert ("errors" in answer) is (name != "width: 2,400 fields with resolvers")


def test_many_bombs_of_one_request_leave_workers_for_others(target: bombs.Target) -> None:
    target.set_javascript(bombs.JAVASCRIPT["width: empty lists, flattened"])
    query = "{" + " ".join(f"a{number}: js" for number in range(8)) + "}"
    with target.watch() as watch:
        answer = target.ask(query, timeout=60)
    assert answer.status_code == 200
    assert set(answer.json()["data"].values()) == {None}
    assert max(watch.health) < _CEILING
    assert max(watch.query) < _CEILING


def test_afterwards_the_same_cloud_serves(target: bombs.Target) -> None:
    target.set_javascript(bombs.HARMLESS_JAVASCRIPT)
    target.set_template(bombs.HARMLESS_TEMPLATE)
    assert target.ask("{ js vtl hello }").json() == {
        "data": {"js": '"fine"', "vtl": '"fine"', "hello": "hi"}
    }

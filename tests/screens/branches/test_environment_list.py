"""The branches pane's list: what can be done with which environment, without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from screens.branches.environment_list import EnvironmentList
from screens.branches.environment_rows import environment_rows
from screens.widgets.text_styles import plain
from workbench.branches.environments import Environment, Environments, Stack
from workbench.branches.hosting_models import HostedBranch, Job
from workbench.git.command import Branch, Commit

COMMIT = Commit("c0ffee" * 6 + "c0ff", "Fix it", "Ann", datetime(2026, 1, 1, tzinfo=UTC))
GIT = Branch("main", COMMIT)
RUNNING = Job("7", "RUNNING", COMMIT.id, "Fix it", None, 3.0)
ENDED = replace(RUNNING, status="SUCCEED")
HOSTED = HostedBranch("main", "NONE", auto_build=True)

OWN = Environment("sandbox", "me", "app", stack=Stack("own-stack", "UPDATE_COMPLETE"))
OTHERS = Environment("sandbox", "bob", "app", stack=Stack("bobs-stack", "UPDATE_COMPLETE"))
UNCONNECTED = Environment("branch", "topic", git=Branch("topic", COMMIT))
CONNECTED = Environment("branch", "main", "d1", git=GIT, hosted=HOSTED, job=ENDED)
DEPLOYED = replace(CONNECTED, stack=Stack("main-stack", "CREATE_COMPLETE"))
BUSY = replace(DEPLOYED, job=RUNNING)


def listed(*environments: Environment) -> EnvironmentList:
    found = EnvironmentList("own-stack")
    found.replace(Environments(environments))
    return found


@pytest.mark.parametrize(
    ("each", "actions"),
    [
        (OWN, {"settings", "compare", "work_in", "details"}),
        (OTHERS, {"delete", "mark", "work_in", "details"}),
        (UNCONNECTED, {"connect", "preview", "promote"}),
        (
            CONNECTED,
            {"deploy", "history", "delete", "retry", "logs", "settings", "preview", "promote"},
        ),
        (
            BUSY,
            {"deploy", "history", "delete", "stop", "logs", "settings", "compare", "work_in",
             "details", "preview", "promote"},
        ),
    ],
    ids=["own sandbox", "another's sandbox", "unconnected", "connected", "running"],
)  # fmt: skip
def test_what_can_be_done_with_an_environment(each: Environment, actions: set[str]) -> None:
    environments = listed(each)
    known = (
        "work_in", "connect", "deploy", "stop", "retry", "logs", "history", "compare", "promote",
        "preview", "settings", "details", "mark", "delete",
    )  # fmt: skip
    assert {action for action in known if environments.allows(action, each)} == actions


def test_others_sandboxes_are_not_compared() -> None:
    environments = listed(OWN, OTHERS, DEPLOYED, UNCONNECTED)
    assert environments.comparable() == (OWN, DEPLOYED)
    assert environments.comparable(OWN) == (DEPLOYED,)


def test_a_branch_is_promoted_into_other_branches() -> None:
    assert listed(OWN, UNCONNECTED, DEPLOYED).promotion_targets(UNCONNECTED) == (DEPLOYED,)


def test_it_changes_while_a_job_runs_or_a_stack_is_being_deleted() -> None:
    environments = listed(OWN, OTHERS)
    assert not environments.is_changing
    environments.deleting.add("bobs-stack")
    assert environments.is_changing
    assert "deleting" in plain(environment_rows(environments)[1].spans)
    environments.replace(Environments((OWN,)))
    assert not environments.is_changing
    environments.replace(Environments((OWN, BUSY)))
    assert environments.is_changing


def test_marks_are_for_environments_that_are_there() -> None:
    environments = listed(OWN, OTHERS, DEPLOYED)
    assert environments.chosen(DEPLOYED) == (DEPLOYED,)
    environments.toggle_mark(OTHERS)
    assert environments.chosen(DEPLOYED) == (OTHERS,)
    assert environments.summary() == "3 environments, 3 deployed, 1 marked"
    environments.replace(Environments((OWN,)))
    assert environments.chosen(None) == ()
    assert environments.summary() == "1 environment, 1 deployed"


def test_rows_say_whose_sandbox_it_is_and_which_one_is_selected() -> None:
    own, bobs, main = (
        plain(row.spans) for row in environment_rows(listed(OWN, OTHERS, DEPLOYED), "bobs-stack")
    )
    assert "me (you)" in own
    assert bobs.startswith("▶") and "bob, app" in bobs
    assert "deployed" in main and "Fix it" in main and "✓ #7" in main


def test_a_branch_is_not_connected_again_where_connections_are_not_known() -> None:
    branch = Environment("branch", "main", git=GIT)
    environments = EnvironmentList("mine")
    environments.replace(Environments((branch,)))
    assert environments.allows("connect", branch)
    environments.replace(Environments((branch,), ("No.",), connections_known=False))
    assert not environments.allows("connect", branch)
    (row, _, why, _) = environment_rows(environments)
    assert "not known" in plain(row.spans) and "No." in plain(why.spans)

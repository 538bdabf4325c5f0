"""Each target of a sandbox has a folder of its own, and old state finds its way there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.ownership import acquire
from workbench.project.models import Project, ProjectProblem
from workbench.project.sandbox_folders import (
    account_of,
    deployed_targets,
    profile_of,
    remember_account,
    settle,
)

AWS = "111122223333-eu-west-1"
UNKNOWN = "unknown-0a1b2c3d"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "amplify" / "backend.ts", "app")


def old_state(project: Project, account: str = "", region: str = "us-east-1") -> Path:
    home = project.workbench_dir / "me"
    (home / "logs").mkdir(parents=True)
    for name in ("journal.sqlite3", "journal.sqlite3-wal", "lock", "logs/one.log", "users.json"):
        (home / name).write_text(name)
    if account:
        stack = f"arn:aws:cloudformation:{region}:{account}:stack/x/1"
        (home / "live.json").write_text(json.dumps({"format": 1, "stack_id": stack}))
    return home


def settled(project: Project, key: str, unknown: str = "", *, is_remembered: bool = True) -> str:
    return settle(project, "me", key, unknown, is_remembered=lambda: is_remembered)


def names(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    ("account", "region", "key"),
    [("000000000000", "us-east-1", "local"), ("111122223333", "eu-west-1", AWS)],
)
def test_old_state_moves_whole_to_where_it_was_deployed(
    project: Project, account: str, region: str, key: str
) -> None:
    home = old_state(project, account, region)
    # Whichever target is opened first.
    assert settled(project, "local") == "local"
    assert names(home) == {
        f"{key}/{name}"
        for name in (
            "journal.sqlite3",
            "journal.sqlite3-wal",
            "logs/one.log",
            "users.json",
            "live.json",
        )
    }
    assert deployed_targets(project, "me") == (key,)


def test_old_state_without_a_snapshot_is_of_the_target_that_the_project_remembers(
    project: Project,
) -> None:
    home = old_state(project)
    settled(project, "local", is_remembered=False)
    assert (home / "journal.sqlite3").exists()
    settled(project, AWS, is_remembered=True)
    assert (home / AWS / "journal.sqlite3").exists()


def test_old_state_in_use_is_not_moved(project: Project) -> None:
    home = old_state(project, "000000000000")
    ownership = acquire(home)
    assert ownership is not None
    with pytest.raises(ProjectProblem, match="An older release"):
        settled(project, "local")
    ownership.release()
    settled(project, "local")
    assert (home / "local" / "journal.sqlite3").exists()


def test_state_of_an_unknown_account_moves_once_it_is_known(project: Project) -> None:
    home = project.workbench_dir / "me"
    (home / UNKNOWN).mkdir(parents=True)
    (home / UNKNOWN / "journal.sqlite3").write_text("first run")
    (home / AWS).mkdir()
    (home / AWS / "live.json").write_text("{}")
    running = acquire(home / UNKNOWN)
    assert running is not None
    assert settled(project, AWS, UNKNOWN) == UNKNOWN, "a terminal still writes there"
    running.release()
    assert settled(project, AWS, UNKNOWN) == AWS
    assert (home / AWS / "journal.sqlite3").read_text() == "first run"
    assert not (home / UNKNOWN).exists()


def test_nothing_that_is_there_is_overwritten(project: Project) -> None:
    home = old_state(project, "000000000000")
    (home / "local").mkdir()
    for name in ("journal.sqlite3", "users.json"):
        (home / "local" / name).write_text("newer")
    settled(project, "local")
    assert (home / "local" / "journal.sqlite3").read_text() == "newer"
    assert (home / "journal.sqlite3").read_text() == "journal.sqlite3"
    assert not (home / "local" / "journal.sqlite3-wal").exists()
    assert (home / "local" / "logs" / "one.log").exists()


def test_a_newer_layout_is_refused_and_left_alone(project: Project) -> None:
    home = old_state(project, "000000000000")
    (project.workbench_dir / "layout.json").write_text('{"format": 99}')
    with pytest.raises(ProjectProblem, match="newer release") as problem:
        settled(project, "local")
    assert problem.value.exit_code == 5
    assert (home / "journal.sqlite3").exists()


def test_accounts_of_profiles_are_remembered(project: Project) -> None:
    assert account_of(project, "dev") == ""
    remember_account(project, "dev", "111122223333")
    remember_account(project, "", "444455556666")
    assert account_of(project, "dev") == "111122223333"
    assert profile_of(project, "444455556666") == ""
    (project.workbench_dir / "accounts.json").write_text("[")
    assert account_of(project, "dev") == ""

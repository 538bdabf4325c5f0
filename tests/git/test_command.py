"""Git as the workbench asks it: real repositories, with everything people do to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.branches.repository import Repository, make_repository
from workbench.git.command import (
    GitProblem,
    ahead_behind,
    branches,
    check_out,
    commit_of,
    commits_between,
    current_branch,
    is_dirty,
    main_checkout,
    remove_worktree,
    repository_root,
    run_git,
    worktrees,
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "app with space")


def test_branches_with_their_last_commits(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "feature/ü-model")
    commit = repository.commit("A model, with ünïcode\n\nand a body", a="1")
    found = branches(repository.root)
    assert {each.name for each in found} == {"main", "feature/ü-model"}
    own = next(each for each in found if each.name == "feature/ü-model")
    assert (own.commit.id, own.commit.author) == (commit, "Ann")
    assert own.commit.subject == "A model, with ünïcode"
    assert ahead_behind(repository.root, "feature/ü-model", "main") == (1, 0)
    (between,) = commits_between(repository.root, "main", "feature/ü-model")
    assert between == own.commit


def test_an_upstream_tells_how_far_one_is(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "origin.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    repository.git("fetch", "--quiet", "origin")
    repository.git("branch", "--set-upstream-to=origin/main", "main")
    repository.commit("Ahead")
    (main,) = branches(repository.root)
    assert (main.upstream, main.ahead, main.behind) == ("origin/main", 1, 0)


def test_detached_heads_dirty_trees_and_folders_that_are_none(
    repository: Repository, tmp_path: Path
) -> None:
    root = repository.root
    assert (current_branch(root), is_dirty(root)) == ("main", False)
    (root / "new").write_text("x")
    assert is_dirty(root)
    repository.git("checkout", "--quiet", "--detach")
    assert current_branch(root) == ""
    with pytest.raises(GitProblem, match="not a git repository") as refused:
        current_branch(tmp_path)
    assert "git init" in str(refused.value)
    with pytest.raises(GitProblem):
        commit_of(root, "--output=stolen")
    with pytest.raises(GitProblem):
        commit_of(root, "nowhere")
    with pytest.raises(GitProblem, match="does not exist"):
        run_git(tmp_path / "none", "status")


def test_a_worktree_is_made_reused_moved_on_and_taken_away(repository: Repository) -> None:
    root = repository.root
    first = repository.commit("One", a="1", gone="x")
    (root / "gone").unlink()
    second = repository.commit("Two", a="2")
    (root / "a").write_text("dirty")
    place = root / ".amplify" / "worktrees" / "x"
    check_out(root, place, first)
    (place / "node_modules").mkdir()
    (place / "stray").write_text("left over")
    (place / "a").write_text("changed by a build")
    check_out(root, place, second)
    assert (place / "a").read_text() == "2"
    assert not (place / "gone").exists()
    assert not (place / "stray").exists()
    assert (place / "node_modules").is_dir()  # ignored by Git: kept
    assert (root / "a").read_text() == "dirty"  # the user's own files are never touched
    assert main_checkout(place) == repository_root(root)
    inner = place / ".amplify" / "worktrees" / "inner"
    check_out(place, inner, first)  # a worktree inside a worktree
    assert (inner / "a").read_text() == "1"
    assert len(worktrees(root)) == 3
    for each in (inner, place):
        remove_worktree(root, each)
    assert len(worktrees(root)) == 1
    remove_worktree(root, place)  # no problem


def test_a_half_made_worktree_is_made_anew(repository: Repository) -> None:
    root = repository.root
    commit = repository.commit("One", a="1")
    place = root / ".amplify" / "worktrees" / "x"
    place.mkdir(parents=True)
    (place / "rubbish").write_text("a killed process left it")
    check_out(root, place, commit)
    assert (place / "a").read_text() == "1"
    assert not (place / "rubbish").exists()
    (place / ".git").unlink()
    check_out(root, place, commit)
    assert repository_root(place) == place.resolve()


def test_force_pushed_and_deleted_branches_still_give_their_commit(repository: Repository) -> None:
    root = repository.root
    repository.git("switch", "--quiet", "--create", "feature")
    old = repository.commit("Old", a="old")
    place = root / ".amplify" / "worktrees" / "f"
    check_out(root, place, old)
    repository.git("reset", "--quiet", "--hard", "main")
    new = repository.commit("New", a="new")
    check_out(root, place, new)
    assert (place / "a").read_text() == "new"
    repository.git("switch", "--quiet", "main")
    repository.git("branch", "--delete", "--force", "feature")
    assert [each.name for each in branches(root)] == ["main"]


def test_submodules_come_along(repository: Repository, tmp_path: Path) -> None:
    library = make_repository(tmp_path / "library")
    library.commit("Code", shared="1")
    repository.git("submodule", "--quiet", "add", str(library.root), "shared")
    commit = repository.commit("With a submodule")
    place = repository.root / ".amplify" / "worktrees" / "s"
    check_out(repository.root, place, commit)
    assert (place / "shared" / "shared").read_text() == "1"


def test_another_tools_repository_in_the_environment_is_not_followed(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    assert repository_root(repository.root) == repository.root.resolve()

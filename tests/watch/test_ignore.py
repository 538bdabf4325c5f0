from __future__ import annotations

import subprocess
from pathlib import Path

from workbench.watch.ignore import IgnoreRules

PATHS = (
    "amplify/backend.ts",
    "amplify/dist/out.js",
    "amplify/keep.log",
    "amplify/other.log",
    "amplify/data/private/secret.ts",
    "amplify/data/private/public.ts",
    "amplify/data/generated.ts",
    "amplify/functions/hello/build/index.js",
    "amplify/functions/hello/src/build.ts",
    "amplify/tmp/deep/file.ts",
    "amplify/notes.local",
    "amplify/space name.ts",
    "root-only.ts",
    "amplify/root-only.ts",
)


def git(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *command], cwd=folder, check=False, capture_output=True, text=True, timeout=20
    )


def repository(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q")
    for path in PATHS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


def test_git_agrees_with_every_decision(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / ".gitignore").write_text(
        "# a comment\ndist\n*.log\n!keep.log\n/root-only.ts\ntmp/\n!tmp/deep/file.ts\n"
    )
    (tmp_path / "amplify" / "data" / ".gitignore").write_text("private/*\n!private/public.ts\n")
    (tmp_path / "amplify" / "functions" / ".gitignore").write_text("build/\n")
    (tmp_path / ".git" / "info" / "exclude").write_text("*.local\n")
    rules = IgnoreRules(tmp_path, tmp_path / "amplify")
    said = {path: rules.ignores(tmp_path / path) for path in PATHS}
    expected = {
        path: git(tmp_path, "check-ignore", "-q", "--no-index", path).returncode == 0
        for path in PATHS
    }
    assert said == expected
    assert True in expected.values()
    assert False in expected.values()


def test_rules_above_a_nested_project_count(tmp_path: Path) -> None:
    project = tmp_path / "packages" / "app"
    repository(project.parent.parent)
    (project / "amplify").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("*.draft.ts\n")
    rules = IgnoreRules(project, project / "amplify")
    assert rules.ignores(project / "amplify" / "a.draft.ts")
    assert not rules.ignores(project / "amplify" / "a.ts")


def test_what_tools_write_never_counts(tmp_path: Path) -> None:
    rules = IgnoreRules(tmp_path, tmp_path / "amplify")
    folder = tmp_path / "amplify"
    for name in ("a.ts~", ".a.ts.swp", "4913", ".#a.ts", "#a.ts#", "a.ts___jb_tmp___"):
        assert rules.ignores(folder / name), name
    assert rules.ignores(folder / "functions" / "node_modules" / "x" / "index.js")
    assert rules.ignores(tmp_path / ".amplify" / "artifacts" / "x.json")
    assert rules.ignores(tmp_path / "amplify_outputs.json")
    assert not rules.ignores(folder / "resource.ts")


def test_the_users_patterns_are_relative_to_folder_and_root(tmp_path: Path) -> None:
    rules = IgnoreRules(tmp_path, tmp_path / "amplify", ["./docs", "amplify/notes/*.md"])
    assert rules.ignores(tmp_path / "amplify" / "docs" / "a.ts")
    assert rules.ignores(tmp_path / "amplify" / "notes" / "a.md")
    assert not rules.ignores(tmp_path / "amplify" / "notes" / "a.ts")


def test_a_project_that_git_ignores_as_a_whole_is_watched_by_its_own_rules(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / ".gitignore").write_text("/demo/\n*.ts\n")
    root = tmp_path / "demo"
    watched = root / "amplify"
    watched.mkdir(parents=True)
    (root / ".gitignore").write_text("*.log\n")
    rules = IgnoreRules(root, watched)
    assert not rules.ignores(watched / "backend.ts")
    assert rules.ignores(watched / "other.log")
    assert rules.ignores(root / ".amplify", is_folder=True)

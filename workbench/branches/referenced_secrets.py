"""Finds the secrets that a backend's code asks for: every ``secret("NAME")`` in ``amplify/``."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.git.command import GitProblem, run_git

_CALL = re.compile(r"\bsecret\(\s*['\"]([A-Za-z0-9_.-]+)['\"]")
_SOURCES = frozenset({".ts", ".mts", ".js", ".mjs", ".tsx", ".py"})


def referenced_secrets(root: Path, branch: str = "") -> tuple[str, ...]:
    """The secrets' names, sorted: in a branch's last commit, or (``""``) in the files.

    Calls whose name is not written out are not seen. Blocks; raises GitProblem for no such branch.
    """
    texts = _committed(root, branch) if branch else _written(root)
    return tuple(sorted({name for text in texts for name in _CALL.findall(text)}))


def _committed(root: Path, branch: str) -> list[str]:
    # One call for all files; the calls themselves are told from the lines.
    found = run_git(
        root, "grep", "-h", "-I", "-F", "-e", "secret(", branch, "--", "amplify", answers=(0, 1)
    )
    return [found]


def _written(root: Path) -> list[str]:
    texts = []
    for file in sorted((root / "amplify").rglob("*")):
        if file.suffix in _SOURCES and "node_modules" not in file.parts:
            try:
                texts.append(file.read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue  # deleted meanwhile
    return texts


def secrets_of(root: Path, branch: str) -> tuple[str, ...]:
    """As ``referenced_secrets``, but a branch that Git does not have asks for none."""
    try:
        return referenced_secrets(root, branch)
    except GitProblem:
        return ()

"""The locked requirements fit pyproject.toml and tell nothing about the machine that made them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall((ROOT / lock).read_text()):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def wanted(dev: bool) -> list[Requirement]:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [*content["project"]["dependencies"], *content["dependency-groups"]["build"]]
    if dev:
        lines += [line for line in content["dependency-groups"]["dev"] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_locked_within_its_range(lock: str) -> None:
    locked = pins(lock)
    for requirement in wanted(dev="dev" in lock):
        versions = locked.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement} is not in {lock}: run make lock"
        assert all(requirement.specifier.contains(v) for v in versions), (
            f"{requirement}: {versions}"
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)
    named = [block for block in blocks if PIN.match(block)]
    assert named
    assert [block.split()[0] for block in named if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_and_no_path_is_in_a_lock(lock: str) -> None:
    assert re.findall(r"\w+://\S+|(?<!\S)/\S+", (ROOT / lock).read_text()) == []


def test_running_and_developing_use_the_same_versions() -> None:
    run, dev = (pins(lock) for lock in LOCKS)
    assert {name: dev[name] for name in run} == run

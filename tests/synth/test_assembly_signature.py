from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from workbench.synth.assembly_signature import SIGNATURE, is_another_tools, sign_assembly


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "cdk.out"
    made.mkdir()
    (made / "manifest.json").write_text('{"version": "48.0.0"}')
    (made / "app.template.json").write_text('{"Resources": {}}')
    (made / "data.nested.template.json").write_text('{"Resources": {"A": {}}}')
    sign_assembly(made)
    return made


def test_our_own_is_ours_wherever_it_is_moved(folder: Path) -> None:
    assert not is_another_tools(folder)
    moved = folder.rename(folder.with_name("moved"))
    assert not is_another_tools(moved)


def test_no_assembly_is_no_ones(tmp_path: Path) -> None:
    assert not is_another_tools(tmp_path)
    assert not is_another_tools(tmp_path / "missing")


@pytest.mark.parametrize("name", ["manifest.json", "app.template.json", SIGNATURE])
def test_other_content_is_another_tools(folder: Path, name: str) -> None:
    (folder / name).write_text("{}")
    assert is_another_tools(folder)


def test_templates_more_or_fewer_are_another_tools(folder: Path) -> None:
    (folder / "new.template.json").write_text("{}")
    assert is_another_tools(folder)
    (folder / "new.template.json").unlink()
    assert not is_another_tools(folder)
    (folder / "data.nested.template.json").unlink()
    assert is_another_tools(folder)


def test_an_unsigned_assembly_is_another_tools(folder: Path) -> None:
    (folder / SIGNATURE).unlink()
    assert is_another_tools(folder)


def test_the_same_content_written_anew_is_another_tools(folder: Path) -> None:
    manifest = folder / "manifest.json"
    there = manifest.stat()
    shutil.copyfile(manifest, folder / "copy")
    (folder / "copy").replace(manifest)
    os.utime(manifest, ns=(there.st_atime_ns, there.st_mtime_ns + 1_000_000))
    assert is_another_tools(folder)

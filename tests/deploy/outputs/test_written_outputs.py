"""Which deployment wrote the outputs file last, and what deleting one may remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.function_logs.test_functions import stack
from workbench.deploy.outputs.written_outputs import is_of_another, note_written, remove_written


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    file = tmp_path / "amplify_outputs.json"
    file.write_text('{"auth": {"user_pool_id": "us-east-1_Abc"}}')
    return file


def test_a_file_is_of_who_wrote_it_last(tmp_path: Path, outputs: Path) -> None:
    local, aws = tmp_path / "w" / "me" / "local", tmp_path / "w" / "me" / "111122223333-us-east-1"
    assert not is_of_another(local, outputs), "nobody has noted anything"
    note_written(local, outputs)
    assert not is_of_another(local, outputs)
    assert is_of_another(aws, outputs)
    outputs.write_text("{}")
    note_written(aws, outputs)
    assert is_of_another(local, outputs)
    assert not is_of_another(aws, outputs)
    assert remove_written(local, outputs, None) == (outputs,)
    assert outputs.exists()
    assert remove_written(aws, outputs, None) == ()
    assert not outputs.exists()


def test_every_file_that_was_written_is_removed(tmp_path: Path, outputs: Path) -> None:
    folder, other = tmp_path / "w" / "me" / "local", tmp_path / "app" / "amplify_outputs.dart"
    other.parent.mkdir()
    other.write_text("const")
    for file in (outputs, other):
        note_written(folder, file)
    remove_written(folder, outputs, None)
    assert not outputs.exists()
    assert not other.exists()


def test_a_file_that_is_still_empty_is_nobodys(tmp_path: Path, outputs: Path) -> None:
    outputs.write_text('{"version": "1.5"}')
    remove_written(tmp_path / "w" / "me" / "local", outputs, None)
    assert not outputs.exists()


def test_an_unnoted_file_goes_if_it_names_what_is_deleted(tmp_path: Path, outputs: Path) -> None:
    folder = tmp_path / "w" / "me" / "local"
    remove_written(folder, outputs, stack("root", {"Pool": ("eu-west-1_Other", None)}))
    assert outputs.exists()
    remove_written(folder, outputs, stack("root", {"Pool": ("us-east-1_Abc", None)}))
    assert not outputs.exists()

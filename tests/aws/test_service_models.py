"""What botocore knows of services is read once by a process."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.session import Session

from workbench.aws.service_models import share_models


def loader() -> Loader:
    session = Session()
    share_models(session)
    found: Loader = session.get_component("data_loader")
    return found


def test_sessions_read_models_of_the_same_folders_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DATA_PATH", raising=False)
    shared = loader()
    assert loader() is shared
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert str(tmp_path) in loader().search_paths
    assert str(tmp_path) not in shared.search_paths


def test_a_missing_profile_is_told_where_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.delenv("AWS_DATA_PATH", raising=False)
    share_models(Session(profile="missing"))

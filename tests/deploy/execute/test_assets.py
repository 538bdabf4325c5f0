"""Asset publishing: zips that depend on their contents alone, and only what is missing."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import FileAsset
from workbench.deploy.execute.assets import publish_assets, zip_folder
from workbench.deploy.execute.bootstrap import bootstrap_of

PLACE = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"


def asset(path: Path, key: str, packaging: Any = "file") -> FileAsset:
    return FileAsset(key.partition(".")[0], path, packaging, PLACE, key)


def folder_of(place: Path) -> Path:
    (place / "sub").mkdir(parents=True)
    (place / "index.js").write_text("exports.handler = 1")
    (place / ".hidden").write_text("dot")
    (place / "sub" / "run.sh").write_text("#!/bin/sh")
    (place / "sub" / "run.sh").chmod(0o755)
    return place


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    one, other = folder_of(tmp_path / "one"), folder_of(tmp_path / "other")
    os.utime(other / "index.js", (1, 1))
    assert zip_folder(one) == zip_folder(other)
    with zipfile.ZipFile(io.BytesIO(zip_folder(one))) as archive:
        assert archive.namelist() == [".hidden", "index.js", "sub/run.sh"]
        mode = archive.getinfo("sub/run.sh").external_attr >> 16
        assert mode & 0o777 == 0o755
    (other / "index.js").write_text("exports.handler = 2")
    assert zip_folder(one) != zip_folder(other)


def test_only_missing_assets_are_published(clients: Clients, tmp_path: Path) -> None:
    bootstrap = bootstrap_of(clients)
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(1_200_000))
    code = folder_of(tmp_path / "code")
    assets = [asset(large, "l.bin"), asset(code, "c.zip", "zip"), asset(code, "c.zip", "zip")]
    assert publish_assets(assets, clients, bootstrap) == 2
    listed = clients.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert {each["Key"] for each in listed} >= {"c.zip", "l.bin"}
    stored = clients.s3.get_object(Bucket=BUCKET, Key="c.zip")["Body"].read()
    assert stored == zip_folder(code)
    assert publish_assets([asset(large, "l.bin")], clients, bootstrap) == 0
    assert publish_assets([], clients, bootstrap) == 0


def test_a_missing_file_is_an_error_that_names_it(clients: Clients, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        publish_assets([asset(tmp_path / "gone", "g.txt")], clients, bootstrap_of(clients))

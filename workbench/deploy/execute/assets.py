"""Publishes file assets to the bootstrap bucket: all at once, only those that are missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import FileAsset
from workbench.deploy.execute.asset_bucket import AssetBucket
from workbench.deploy.execute.bootstrap import Bootstrap

_WRITERS = 8
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_ASK_FIRST_BYTES = 64_000
"""A smaller object is sent at once, for S3 to refuse if it has it: one call in place of two."""
_ASK_FIRST_BYTES_LOCALLY = 1_000_000
"""On the local cloud a small PUT costs 3 ms, as much as asking whether the object exists."""


def publish_assets(assets: Iterable[FileAsset], clients: Clients, bootstrap: Bootstrap) -> int:
    """Upload the assets that the bucket lacks and return how many were uploaded.

    Objects are content-addressed, so one that exists is never written again. Raises
    DeploymentProblem if the bucket is missing or another account's, and what S3 answers if an
    upload is refused otherwise.
    """
    wanted = list({asset.object_key: asset for asset in assets}.values())

    def publish(asset: FileAsset) -> bool:
        acting = bootstrap.acting(clients, asset.role)
        bucket = AssetBucket.named_by(asset, acting, bootstrap)
        limit = _ASK_FIRST_BYTES_LOCALLY if acting.is_local else _ASK_FIRST_BYTES
        if _is_larger(asset.path, limit) and bucket.has(asset.object_key):
            return False
        return bucket.put(asset.object_key, read_asset(asset), _content_type(asset))

    if not wanted:
        return 0
    with ThreadPoolExecutor(_WRITERS, thread_name_prefix="assets") as pool:
        return sum(pool.map(publish, wanted))


def read_asset(asset: FileAsset) -> bytes:
    """An asset's bytes as they are uploaded; a folder as a zip file."""
    if asset.packaging == "zip" and asset.path.is_dir():
        return zip_folder(asset.path)
    return asset.path.read_bytes()


def zip_folder(folder: Path) -> bytes:
    """A folder as a zip file that depends on its contents alone.

    As the CDK packs it: sorted names with forward slashes, links followed, dot files included,
    file modes kept, all dates 1 January 1980.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _files(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (file.stat().st_mode & 0xFFFF) << 16
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    waiting = [folder]
    while waiting:
        for entry in waiting.pop().iterdir():
            if entry.is_dir():
                waiting.append(entry)
            elif entry.is_file():
                found.append(entry)
    return sorted(found, key=lambda file: file.relative_to(folder).as_posix())


def _is_larger(path: Path, limit: int) -> bool:
    """Whether a file, or the files of a folder before they are packed, have more bytes."""
    if path.is_file():
        return path.stat().st_size > limit
    return sum(file.stat().st_size for file in _files(path)) > limit


def _content_type(asset: FileAsset) -> str:
    match Path(asset.object_key).suffix:
        case ".json":
            return "application/json"
        case ".zip":
            return "application/zip"
        case _:
            return "application/octet-stream"

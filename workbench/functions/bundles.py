"""A function's deployed code as files: from the project's last assembly, else from Lambda."""

from __future__ import annotations

import io
import ssl
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import BackendFunction, evaluated
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask

_SECONDS: Final = 60
_LARGEST: Final = 250 * 1024 * 1024
"""Bytes that Lambda allows the unpacked code of a function."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a function's code by their names below its root, with their sizes in bytes.

    ``folder`` is where they lie, if they are not in ``archive``. ``key`` changes with the code.
    """

    key: str
    sizes: Mapping[str, int]
    folder: Path | None = None
    archive: bytes = b""

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file."""
        if name not in self.sizes:
            return None
        if self.folder is not None:
            return (self.folder / name).read_bytes()
        with zipfile.ZipFile(io.BytesIO(self.archive)) as archive:
            return archive.read(name)

    @property
    def size(self) -> int:
        """All files' bytes."""
        return sum(self.sizes.values())


def bundle_of(opened: OpenedFunctions, live: LiveStack, function: BackendFunction) -> Bundle:
    """The code that is deployed; blocks. Raises FunctionsProblem."""
    key = _asset_key(live, function)
    folder = opened.root / ".amplify" / "artifacts" / "cdk.out" / f"asset.{key}"
    if key and folder.is_dir():
        return Bundle(key, _sizes(folder), folder)
    answer = ask(lambda: opened.clients.lambda_.get_function(FunctionName=function.function))
    location = str(answer.get("Code", {}).get("Location") or "")
    packed = _download(location, opened.clients.ca_bundle)
    sha = str(answer["Configuration"].get("CodeSha256") or key)
    sizes = _packed_sizes(packed)
    if sum(sizes.values()) > _LARGEST:
        raise FunctionsProblem(f"The code of {function.name} is too large to look at.", "")
    return Bundle(sha, sizes, archive=packed)


def bundle_in(code: Path) -> Bundle:
    """An asset's files: a folder's, or an archive's."""
    if code.is_dir():
        return Bundle(code.name, _sizes(code), code)
    packed = code.read_bytes()
    return Bundle(code.name, _packed_sizes(packed), archive=packed)


def _packed_sizes(packed: bytes) -> dict[str, int]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {each.filename: each.file_size for each in archive.infolist() if not each.is_dir()}


def _asset_key(live: LiveStack, function: BackendFunction) -> str:
    """The hash that the CDK names the code's asset by; "" for code that is no asset."""
    stack = live.stack(function.stack)
    if stack is None or function.logical_id not in stack.effective_template.resources:
        return ""
    properties = stack.effective_template.resources[function.logical_id].properties
    code = evaluated(stack, {"Code": properties.get("Code")}).get("Code")
    key = code.get("S3Key") if isinstance(code, dict) else None
    return PurePosixPath(key).stem if isinstance(key, str) else ""


def _sizes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _download(location: str, ca_bundle: str) -> bytes:
    parts = urlsplit(location)
    is_here = parts.hostname in ("127.0.0.1", "localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise FunctionsProblem("Lambda gives no address for the code of this function.", "")
    context = ssl.create_default_context(cafile=ca_bundle or None) if not is_here else None
    opener = urllib.request.build_opener(
        *([urllib.request.ProxyHandler({})] if is_here else []),
        *([urllib.request.HTTPSHandler(context=context)] if context else []),
    )
    try:
        with opener.open(location, timeout=_SECONDS) as response:
            content: bytes = response.read(_LARGEST)
    except (OSError, urllib.error.URLError) as error:
        raise FunctionsProblem(
            f"The function's code could not be read: {error}.", "Try again."
        ) from None
    return content

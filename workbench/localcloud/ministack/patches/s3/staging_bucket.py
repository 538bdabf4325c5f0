"""The CDK's staging bucket: ministack, like AWS, never cleans it; here unused assets are removed.

Each save publishes templates and code under the hash of their content: 510 objects after 300
saves. An asset that no stack names, neither in the state nor in its copy, is removed once it is so
old that no running deployment can have found it there.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import PurePosixPath

from workbench.aws.target import LOCAL_ACCOUNT

LEAST_AGE = 600.0
"""Seconds since an asset was written, or since somebody asked whether it is there."""

_asked: dict[tuple[str, str], float] = {}


def install() -> None:
    """Note which objects are asked for: the CDK publishes nothing that it finds there."""
    from ministack.services import s3

    head = s3._head_object

    @functools.wraps(head)
    def noted(bucket: str, key: str, *args: object, **options: object) -> object:
        _asked[bucket, key] = time.monotonic()
        return head(bucket, key, *args, **options)

    s3._head_object = noted


def unused_assets(bucket: str, named: bytes) -> list[str]:
    """The keys whose names do not occur in ``named``, and that are old enough to go."""
    s3 = sys.modules.get("ministack.services.s3")
    found = s3._buckets._data.get((LOCAL_ACCOUNT, bucket)) if s3 else None
    if s3 is None or found is None:
        return []
    folder = os.path.join(s3.DATA_DIR, LOCAL_ACCOUNT, bucket)  # noqa: PTH118 - as s3 has it
    unused = []
    now, ticks = time.time(), time.monotonic()
    for key in list(found["objects"]):
        if PurePosixPath(key).stem.encode() in named:
            continue
        if ticks - _asked.get((bucket, key), float("-inf")) < LEAST_AGE:
            continue
        try:
            age = now - os.stat(s3._key_disk_path(folder, key)).st_mtime  # noqa: PTH116
        except OSError:
            continue
        if age > LEAST_AGE:
            unused.append(key)
    for one in [one for one, at in _asked.items() if ticks - at > LEAST_AGE]:
        del _asked[one]
    return unused

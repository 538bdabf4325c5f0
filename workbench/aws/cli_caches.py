"""The AWS CLI's caches in ``~/.aws``, which amplify-tui shares: one sign-in serves both.

Source: ``awscli/customizations/assumerole.py`` and ``sso/utils.py``. Files are created with mode
0600; names and contents are the CLI's.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.utils import JSONFileCache


class CredentialCache(JSONFileCache):
    """``~/.aws/cli/cache``: the temporary credentials of roles and SSO.

    An entry whose key AWS has refused counts as missing, so that it is fetched again.
    """

    def __init__(self) -> None:
        super().__init__(str(_aws_folder() / "cli" / "cache"))
        self._refused: set[str] = set()

    def refuse(self, access_key: str) -> None:
        """Do not use the entry with this access key any more."""
        self._refused.add(access_key)

    def __setitem__(self, cache_key: str, value: Any) -> None:
        """Keep it, if that is possible: where the disk takes nothing, it is fetched next time."""
        with suppress(OSError):
            super().__setitem__(cache_key, value)

    def __contains__(self, cache_key: str) -> bool:
        if not super().__contains__(cache_key):
            return False
        try:
            found = self[cache_key]["Credentials"]
            return found["AccessKeyId"] not in self._refused and bool(found["Expiration"])
        except (KeyError, TypeError):
            return False  # damaged, or another tool's


def sso_token_cache() -> JSONFileCache:
    """``~/.aws/sso/cache``: SSO tokens and the registrations of clients."""
    return JSONFileCache(str(_aws_folder() / "sso" / "cache"), dumps_func=_dumps)


def _aws_folder() -> Path:
    # Not Path.home(), which fails for a user without a home, as in many a container.
    return Path(os.path.expanduser("~"), ".aws")  # noqa: PTH111


def _dumps(value: Any) -> str:
    return json.dumps(value, default=_as_utc)


def _as_utc(value: object) -> object:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(type(value).__name__)

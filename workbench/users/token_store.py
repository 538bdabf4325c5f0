"""Saved sign-ins, for the playground, in a file that only its owner can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from workbench.damaged_files import put_aside
from workbench.private_files import private_folder, write_private
from workbench.users.user_sign_in import UserTokens

FILE_NAME = "sign-ins.json"


@dataclass(frozen=True, slots=True)
class SavedSignIn:
    """A user's tokens and the secret of their authenticator app, if it was set up here."""

    pool_id: str
    username: str
    label: str
    client_id: str
    tokens: UserTokens | None = None
    totp_secret: str = field(default="", repr=False)

    def is_of(self, pool_id: str, name: str) -> bool:
        """Whether it is this user's, by user name or by what they sign in with."""
        return self.pool_id == pool_id and name in (self.username, self.label)


def saved_sign_in(file: Path, pool_id: str, name: str) -> SavedSignIn | None:
    """A user's saved sign-in; a damaged file has none, and is moved."""
    return next((each for each in _read(file) if each.is_of(pool_id, name)), None)


def save_sign_in(file: Path, new: SavedSignIn) -> None:
    """Save it in place of the user's older one, whose authenticator's secret stays."""
    others = []
    for each in _read(file):
        if not each.is_of(new.pool_id, new.username):
            others.append(each)
        elif not new.totp_secret:
            new = replace(new, totp_secret=each.totp_secret)
    _write(file, [*others, new])


def forget_tokens(file: Path, pool_id: str, names: tuple[str, ...]) -> None:
    """Forget tokens that are no longer valid; authenticators' secrets stay."""
    found = _read(file)
    changed = [
        replace(each, tokens=None) if any(each.is_of(pool_id, name) for name in names) else each
        for each in found
    ]
    if changed != found:
        _write(file, changed)


def _read(file: Path) -> list[SavedSignIn]:
    try:
        entries: list[Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return [_sign_in(each) for each in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        # Authenticators' secrets are in it: what is saved next must not take its place.
        with suppress(OSError):
            put_aside(file, only_copy=True)
        return []


def _sign_in(entry: Mapping[str, Any]) -> SavedSignIn:
    """One entry; members that a newer release has added are left out."""
    tokens = entry.get("tokens")
    known = {
        "tokens": UserTokens(**_known(UserTokens, tokens)) if tokens else None,
    }
    return SavedSignIn(**{**_known(SavedSignIn, entry), **known})


def _known(kind: type[SavedSignIn] | type[UserTokens], entry: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in entry.items() if name in names}


def _write(file: Path, sign_ins: list[SavedSignIn]) -> None:
    private_folder(file.parent)
    write_private(file, json.dumps([asdict(each) for each in sign_ins]))

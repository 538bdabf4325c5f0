"""Users in files: Cognito's CSV for imports, and JSON.

Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

from workbench.aws.pool_schema import Schema, check_attributes
from workbench.aws.user_pools import User, UserPool
from workbench.project.models import ProjectProblem
from workbench.terminal_text import safe_json

_NAME, _MFA = "cognito:username", "cognito:mfa_enabled"
_NOT_IN_FILES = ("sub", "identities")


class Writes(Protocol):
    """A text file, as far as writing needs it."""

    def write(self, text: str, /) -> object:
        """Write a piece of text."""


@dataclass(frozen=True, slots=True)
class FileUser:
    """A user of a file; ``place`` says where, as ``line 3``."""

    username: str
    attributes: Mapping[str, str]
    groups: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be imported, and why."""

    place: str
    username: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do; ``there`` are users that the pool has already."""

    users: tuple[FileUser, ...] = ()
    wrong: tuple[WrongRow, ...] = ()
    there: tuple[FileUser, ...] = field(default=())


def write_csv(users: Iterable[User], schema: Schema, file: Writes) -> int:
    """Write users with a column for each attribute of the pool; returns how many."""
    names = [each.name for each in schema if each.name not in _NOT_IN_FILES]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*names, _MFA, _NAME])
    count = 0
    for user in users:
        row = [user.attributes.get(name, _unset(name)) for name in names]
        writer.writerow([*row, "false", user.label])
        count += 1
    return count


def write_json(users: Iterable[User], file: Writes) -> int:
    """Write users as a JSON list, one on a line; returns how many."""
    count = 0
    file.write("[")
    for count, user in enumerate(users, 1):
        attributes = {
            name: value for name, value in user.attributes.items() if name not in _NOT_IN_FILES
        }
        plain = {
            "username": user.label,
            "status": user.status,
            "enabled": user.enabled,
            "attributes": attributes,
        }
        file.write(
            (",\n" if count > 1 else "\n") + safe_json(json.dumps(plain, ensure_ascii=False))
        )
    file.write("\n]\n")
    return count


def read_users(file: TextIO, name: str) -> tuple[FileUser, ...]:
    """The users of a CSV or JSON file, told apart by its beginning; raises ProjectProblem."""
    start = file.read(1)
    while start.isspace():
        start = file.read(1)
    rest = start + file.read()
    if start in ("[", "{"):
        return tuple(_from_json(rest, name))
    return tuple(_from_csv(rest, name))


def read_file(path: Path) -> tuple[FileUser, ...]:
    """The users of a file; raises ProjectProblem where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_users(file, path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ProjectProblem(
            f"{path} cannot be read: {reason}.", "Name a CSV or JSON file."
        ) from None


def make_file_user(pool: UserPool, user: FileUser) -> None:
    """Make one, without an invitation; Cognito's import jobs need a role and tell of no one user."""
    made = pool.create(user.username, user.attributes, invite=False)
    for group in user.groups:
        pool.add_to_group(made.username, group)


def plan_import(users: Sequence[FileUser], schema: Schema, existing: Iterable[User]) -> ImportPlan:
    """Check every row against the pool's schema, the file's other rows and the pool's users."""
    taken = {
        name.casefold()
        for user in existing
        for name in (user.username, *_aliases(user.attributes))
        if name
    }
    seen: dict[str, str] = {}
    good, wrong, there = [], [], []
    for user in users:
        problems = list(check_attributes(schema, user.attributes, is_new=True))
        names = {name.casefold() for name in (user.username, *_aliases(user.attributes)) if name}
        problems += [f"It is in {seen[name]} already." for name in names if name in seen][:1]
        if not user.username:
            problems = [f"{_NAME} is empty."]
        for name in names:
            seen.setdefault(name, user.place)
        if problems:
            wrong.append(WrongRow(user.place, user.username, " ".join(problems)))
        elif names & taken:
            there.append(user)
        else:
            good.append(user)
    return ImportPlan(tuple(good), tuple(wrong), tuple(there))


def _aliases(attributes: Mapping[str, str]) -> tuple[str, ...]:
    return (attributes.get("email", ""), attributes.get("phone_number", ""))


def _unset(name: str) -> str:
    """Cognito's import wants a word in the columns that are true or false."""
    return "false" if name.endswith("_verified") else ""


def _from_csv(text: str, name: str) -> Iterator[FileUser]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if _NAME not in (reader.fieldnames or ()):
        raise ProjectProblem(
            f"{name} has no column {_NAME}.",
            "Begin it with the line that `amplify-tui users export` writes.",
        )
    for row in reader:
        given = {key: value for key, value in row.items() if key and value}
        username = given.pop(_NAME, "")
        given.pop(_MFA, None)
        attributes = {
            key: value
            for key, value in given.items()
            if not (key.endswith("_verified") and value == "false")
        }
        yield FileUser(username, attributes, (), f"line {reader.line_num}")


def _from_json(text: str, name: str) -> Iterator[FileUser]:
    try:
        found: Any = json.loads(text)
    except ValueError as error:
        raise ProjectProblem(f"{name} is no JSON: {error}.", "Mend it and try again.") from None
    rows = found if isinstance(found, list) else [found]
    for number, row in enumerate(rows, 1):
        attributes = row.get("attributes", {}) if isinstance(row, dict) else None
        if not isinstance(attributes, dict):
            raise ProjectProblem(
                f"User {number} of {name} is not as expected.",
                'Write {"username": …, "attributes": {…}, "groups": […]}.',
            )
        yield FileUser(
            str(row.get("username", "")),
            {str(key): str(value) for key, value in attributes.items()},
            tuple(str(each) for each in row.get("groups", ())),
            f"user {number}",
        )

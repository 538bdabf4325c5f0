"""Users in files: Cognito's CSV for imports, and JSON.

Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TextIO

from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.terminal_text import safe_json
from workbench.users.groups import add_to_group, list_groups
from workbench.users.pool_rules import EMAIL, PHONE, USERNAME
from workbench.users.pool_schema import Schema, check_attributes
from workbench.users.search import equals
from workbench.users.user_pools import PAGE, PoolDescription, User, UserPool

_NAME, _MFA, _GROUPS = "cognito:username", "cognito:mfa_enabled", "groups"
_NOT_IN_FILES = ("sub", "identities")
_BETWEEN_GROUPS = re.compile(r"[\s,;|]+")


class Writes(Protocol):
    """A text file, as far as writing needs it."""

    def write(self, text: str, /) -> object:
        """Write a piece of text."""


@dataclass(frozen=True, slots=True)
class FileUser:
    """A user of a file; ``place`` says where, as ``line 3``.

    ``username`` is "" where the file has none: the pool then signs in by an address or a number. A
    ``password`` is permanent; without one the user has none that anybody knows.
    """

    username: str
    attributes: Mapping[str, str]
    groups: tuple[str, ...] = ()
    place: str = ""
    password: str = field(default="", repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A row that cannot be imported, and why."""

    place: str
    username: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do; ``there`` are users that the pool has already.

    ``new_groups`` are groups that users shall be in and the pool does not have.
    """

    users: tuple[FileUser, ...] = ()
    wrong: tuple[WrongRow, ...] = ()
    there: tuple[FileUser, ...] = field(default=())
    new_groups: tuple[str, ...] = ()


def write_csv(
    users: Iterable[User],
    schema: Schema,
    file: Writes,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write users with a column for each attribute of the pool; returns how many.

    ``groups``, by username, make a last column that Cognito's own import jobs do not know.
    """
    names = [each.name for each in schema if each.name not in _NOT_IN_FILES]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*names, _MFA, _NAME, *([_GROUPS] if groups else [])])
    count = 0
    for user in users:
        row = [user.attributes.get(name, _unset(name)) for name in names]
        of_groups = [" ".join(groups.get(user.username, ()))] if groups else []
        writer.writerow([*row, "false", user.label, *of_groups])
        count += 1
    return count


def write_json(
    users: Iterable[User], file: Writes, groups: Mapping[str, Sequence[str]] | None = None
) -> int:
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
            **({"groups": list(groups.get(user.username, ()))} if groups else {}),
        }
        file.write(
            (",\n" if count > 1 else "\n") + safe_json(json.dumps(plain, ensure_ascii=False))
        )
    file.write("\n]\n")
    return count


def read_users(file: TextIO, name: str) -> tuple[FileUser, ...]:
    """The users of a CSV or JSON file, told apart by its beginning; raises UserProblem."""
    start = file.read(1)
    while start.isspace():
        start = file.read(1)
    rest = start + file.read()
    if start in ("[", "{"):
        return tuple(_from_json(rest, name))
    return tuple(_from_csv(rest, name))


def read_file(path: Path) -> tuple[FileUser, ...]:
    """The users of a file; raises UserProblem where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_users(file, path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserProblem(
            f"{path} could not be read: {reason}.", "Name a CSV or JSON file."
        ) from None


def make_file_user(pool: UserPool, user: FileUser) -> User:
    """Create one, without an invitation.

    Cognito's import jobs need a role and report no single user.

    Returns the user as they are then, without another request.
    """
    made = pool.create(user.username, user.attributes, invite=False)
    if user.password:
        pool.set_password(made.username, user.password)
        made = replace(made, status="CONFIRMED")
    for group in user.groups:
        add_to_group(pool, made.username, group)
    if not user.enabled:
        pool.disable(made.username)
    return replace(made, enabled=user.enabled)


def plan_for_pool(pool: UserPool, users: Sequence[FileUser]) -> ImportPlan:
    """What importing these users into this pool would do.

    Reads the pool's users, or asks for each of the file's names where that is less.
    """
    about = pool.describe()
    groups = [each.name for each in list_groups(pool)] if any(e.groups for e in users) else []
    sign_in = about.rules.sign_in
    existing = _existing(pool, about, [_named(each, sign_in) for each in users])
    return plan_import(users, about.schema, existing, sign_in=sign_in, groups=groups)


def _existing(pool: UserPool, about: PoolDescription, users: Sequence[FileUser]) -> Iterator[User]:
    """The pool's users that may have a name of the file's users."""
    filters = dict.fromkeys(
        equals(name, value)
        for user in users
        for name, value in (
            ("username", user.username),
            ("email", user.attributes.get("email", "")),
            ("phone_number", user.attributes.get("phone_number", "")),
        )
        if value
    )
    if pool.is_local or about.estimated_users <= PAGE * len(filters):
        return pool.users()
    return (user for each in filters for user in pool.users(each))


def plan_import(
    users: Sequence[FileUser],
    schema: Schema,
    existing: Iterable[User],
    *,
    sign_in: Sequence[str] = (USERNAME,),
    groups: Iterable[str] = (),
) -> ImportPlan:
    """Check every row against the pool's schema, the file's other rows and the pool's users.

    ``sign_in`` is what the pool's users sign in with, ``groups`` those that it has.
    """
    taken = {
        name.casefold()
        for user in existing
        for name in (user.username, *_aliases(user.attributes))
        if name
    }
    seen: dict[str, str] = {}
    good, wrong, there = [], [], []
    for row in users:
        user = _named(row, sign_in)
        problems = list(check_attributes(schema, user.attributes, is_new=True))
        names = {name.casefold() for name in (user.username, *_aliases(user.attributes)) if name}
        problems += [f"It is also in {seen[name]}." for name in names if name in seen][:1]
        if not user.username:
            problems = [_nameless(sign_in)]
        for name in names:
            seen.setdefault(name, user.place)
        if problems:
            wrong.append(WrongRow(user.place, user.username, " ".join(problems)))
        elif names & taken:
            there.append(user)
        else:
            good.append(user)
    wanted = dict.fromkeys(name for user in good for name in user.groups)
    new_groups = tuple(name for name in wanted if name not in set(groups))
    return ImportPlan(tuple(good), tuple(wrong), tuple(there), new_groups)


def summary(wrong: Sequence[WrongRow]) -> tuple[tuple[str, str, int], ...]:
    """Each reason once: ``(reason, "lines 2-9, 12", how many rows)``, in the file's order."""
    found: dict[str, list[str]] = {}
    for each in wrong:
        found.setdefault(each.why, []).append(each.place)
    return tuple((why, _places(places), len(places)) for why, places in found.items())


def _places(places: Sequence[str]) -> str:
    """``line 2``, ``line 3``, ``line 5`` as ``lines 2-3, 5``."""
    kind = places[0].partition(" ")[0]
    runs: list[list[int]] = []
    for each in places:
        number = int(each.rpartition(" ")[2])
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}\u2013{run[-1]}" for run in runs)
    return f"{kind} {words}" if len(places) == 1 else f"{kind}s {words}"


def _named(user: FileUser, sign_in: Sequence[str]) -> FileUser:
    """The user by what this pool signs in with; an address that is the name is an attribute too."""
    name, attributes = user.username, dict(user.attributes)
    if USERNAME not in sign_in:
        addresses = [attributes.get(each, "") for each in (EMAIL, PHONE) if each in sign_in]
        if not ("@" in name or name.startswith("+")):
            # Another pool's username, or none: here the address or the number is the name.
            name = next((each for each in addresses if each), name)
        if "@" in name and EMAIL in sign_in:
            attributes.setdefault(EMAIL, name)
        elif name.startswith("+") and PHONE in sign_in:
            attributes.setdefault(PHONE, name)
    return replace(user, username=name, attributes=attributes)


def _nameless(sign_in: Sequence[str]) -> str:
    if USERNAME in sign_in:
        return f"The column {_NAME} is missing or empty: users of this pool have a user name."
    words = {EMAIL: "e-mail address", PHONE: "phone number"}
    names = " or ".join(words.get(each, each) for each in sign_in)
    return f"It has no {names}, which users of this pool sign in with."


def _aliases(attributes: Mapping[str, str]) -> tuple[str, ...]:
    return (attributes.get("email", ""), attributes.get("phone_number", ""))


def _unset(name: str) -> str:
    """Cognito's import wants a word in the columns that are true or false."""
    return "false" if name.endswith("_verified") else ""


def _from_csv(text: str, name: str) -> Iterator[FileUser]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = set(reader.fieldnames or ())
    if not columns & {_NAME, EMAIL, PHONE}:
        raise UserProblem(
            f"{name} has no column {EMAIL}, {PHONE} or {_NAME} in its first line.",
            f"Use the first line that `{amplify_tui('users', 'export', 'FILE')}` writes.",
        )
    for row in reader:
        given = {key: value for key, value in row.items() if key and value}
        username = given.pop(_NAME, "")
        given.pop(_MFA, None)
        groups = tuple(filter(None, _BETWEEN_GROUPS.split(given.pop(_GROUPS, ""))))
        attributes = {
            key: value
            for key, value in given.items()
            if not (key.endswith("_verified") and value == "false")
        }
        yield FileUser(username, attributes, groups, f"line {reader.line_num}")


def _from_json(text: str, name: str) -> Iterator[FileUser]:
    try:
        found: Any = json.loads(text)
    except ValueError as error:
        raise UserProblem(f"{name} is not valid JSON: {error}.", "Fix it and try again.") from None
    rows = found if isinstance(found, list) else [found]
    for number, row in enumerate(rows, 1):
        attributes = row.get("attributes", {}) if isinstance(row, dict) else None
        if not isinstance(attributes, dict):
            raise UserProblem(
                f"User {number} of {name} is not a valid user.",
                'Use {"username": …, "attributes": {…}, "groups": […]}.',
            )
        yield FileUser(
            str(row.get("username", "")),
            {str(key): str(value) for key, value in attributes.items()},
            tuple(str(each) for each in row.get("groups", ())),
            f"user {number}",
            enabled=row.get("enabled") is not False,
        )

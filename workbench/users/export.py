"""Exports users to a file, which is replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.atomic_files import replacing
from workbench.model.user_problem import UserProblem
from workbench.private_files import kept_mode
from workbench.users.groups import read_memberships
from workbench.users.search import Search
from workbench.users.user_files import write_csv, write_json
from workbench.users.user_pools import User, UserPool


def export_to(pool: UserPool, search: Search, path: Path, *, with_groups: bool = True) -> int:
    """Write the users that match a search: JSON if the name ends in .json, else CSV.

    Where anybody is in a group, the groups are a last column, unless ``with_groups`` is False.
    Returns how many. Raises UserProblem.
    """
    as_json = path.suffix == ".json"
    users = found_users(pool, search)
    schema = () if as_json else pool.describe().schema
    groups = read_memberships(pool) if with_groups else None
    try:
        # Names, addresses and numbers of people: others read it only if they could before.
        with (
            replacing(path, mode=kept_mode(path)) as part,
            part.open("w", encoding="utf-8", newline="") as file,
        ):
            if as_json:
                count = write_json(users, file, groups)
            else:
                count = write_csv(users, schema, file, groups)
    except OSError as error:
        raise UserProblem(
            f"{path} could not be written: {error.strerror}.", "Choose another file."
        ) from None
    return count


def found_users(pool: UserPool, search: Search) -> Iterator[User]:
    """The users that a search finds, as they are read."""
    users = pool.users(search.server)
    return users if search.finds is None else filter(search.finds, users)

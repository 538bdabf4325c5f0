"""The groups of a user pool and their members. Blocks; raises UserPoolProblem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.users.user_pools import PAGE, User, UserPool, read_user


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a pool; the lowest precedence decides which role a member gets."""

    name: str
    description: str = ""
    precedence: int | None = None
    role_arn: str = ""


def list_groups(pool: UserPool) -> tuple[Group, ...]:
    """All groups, by precedence and name."""
    pages = pool.pages("list_groups", "NextToken")
    groups = [_group(each) for page in pages for each in page["Groups"]]
    return tuple(sorted(groups, key=lambda each: (each.precedence or 0, each.name)))


def create_group(pool: UserPool, group: Group) -> None:
    """Create a group."""
    pool.ask(lambda: pool.cognito.create_group(**_asked(pool, group, group.description)))


def change_group(pool: UserPool, group: Group) -> None:
    """Set a group's description, precedence and role to these."""
    # An empty description is sent: it removes the one before.
    asked = {**_asked(pool, group), "Description": group.description}
    pool.ask(lambda: pool.cognito.update_group(**asked))


def delete_group(pool: UserPool, name: str) -> None:
    """Delete a group; its members stay users."""
    pool.ask(lambda: pool.cognito.delete_group(UserPoolId=pool.pool_id, GroupName=name))


def list_members(pool: UserPool, group: str) -> Iterator[User]:
    """A group's users, page by page as they are asked for."""
    for page in pool.pages("list_users_in_group", "NextToken", GroupName=group, Limit=PAGE):
        for each in page["Users"]:
            yield read_user(each, each.get("Attributes", ()))


def groups_of_user(pool: UserPool, username: str) -> tuple[Group, ...]:
    """A user's groups with their roles."""
    pages = pool.pages("admin_list_groups_for_user", "NextToken", Username=username)
    return tuple(_group(each) for page in pages for each in page["Groups"])


def add_to_group(pool: UserPool, username: str, group: str) -> None:
    """Add a user to a group."""
    asked = {"UserPoolId": pool.pool_id, "Username": username, "GroupName": group}
    pool.ask(lambda: pool.cognito.admin_add_user_to_group(**asked))


def remove_from_group(pool: UserPool, username: str, group: str) -> None:
    """Remove a user from a group."""
    asked = {"UserPoolId": pool.pool_id, "Username": username, "GroupName": group}
    pool.ask(lambda: pool.cognito.admin_remove_user_from_group(**asked))


def read_memberships(pool: UserPool) -> Mapping[str, tuple[str, ...]]:
    """Each member's groups by username, read group by group: no request for each user."""
    found: dict[str, list[str]] = {}
    for group in list_groups(pool):
        for user in list_members(pool, group.name):
            found.setdefault(user.username, []).append(group.name)
    return {name: tuple(groups) for name, groups in found.items()}


def _asked(pool: UserPool, group: Group, description: str = "") -> dict[str, Any]:
    asked: dict[str, Any] = {"UserPoolId": pool.pool_id, "GroupName": group.name}
    if description:
        asked["Description"] = description
    if group.precedence is not None:
        asked["Precedence"] = group.precedence
    if group.role_arn:
        asked["RoleArn"] = group.role_arn
    return asked


def _group(found: Mapping[str, Any]) -> Group:
    return Group(
        found["GroupName"],
        found.get("Description", ""),
        found.get("Precedence"),
        found.get("RoleArn", ""),
    )

"""The users pane's list: what it shows, sorts and marks, without a screen or a pool."""

from __future__ import annotations

from datetime import UTC, datetime

from screens.users.user_list import UserList
from screens.users.user_rows import Order
from workbench.users.search import parse_search
from workbench.users.user_pools import User


def user(name: str, day: int = 1, **attributes: str) -> User:
    created = datetime(2026, 1, day, tzinfo=UTC)
    return User(name, "CONFIRMED", True, attributes, created=created)


def listed(*users: User, search: str = "") -> UserList:
    found = UserList()
    found.reset(parse_search(search))
    found.take(users, is_last=True)
    return found


def names(users: UserList) -> list[str]:
    return [each.username for each in users.shown]


def test_users_that_come_twice_are_shown_once() -> None:
    users = listed(user("ann"), user("bob"))
    users.take([user("bob"), user("cy")], is_last=True)
    assert names(users) == ["ann", "bob", "cy"]
    assert users.read_count == 4


def test_a_search_that_cognito_cannot_do_is_done_here() -> None:
    users = listed(user("ann", team="blue"), user("bob", team="red"), search="team=Blue")
    assert users.is_filtered_here
    assert names(users) == ["ann"]
    assert users.read_count == 2


def test_sorting_goes_through_the_columns_both_ways_and_back() -> None:
    users = listed(user("bob", 2), user("ann", 1), user("cy", 3))
    users.columns = ("username", "created")
    seen = []
    for _ in range(5):
        users.sort_by_next()
        seen.append((users.order, names(users)))
    assert seen == [
        (Order("username"), ["ann", "bob", "cy"]),
        (Order("username", descending=True), ["cy", "bob", "ann"]),
        (Order("created"), ["ann", "bob", "cy"]),
        (Order("created", descending=True), ["cy", "bob", "ann"]),
        (Order(), ["bob", "ann", "cy"]),
    ]


def test_users_that_come_later_take_their_place_in_the_order() -> None:
    users = listed(user("cy"), user("ann"))
    users.columns = ("username",)
    users.sort_by_next()
    users.take([user("bob")], is_last=True)
    assert names(users) == ["ann", "bob", "cy"]


def test_an_action_is_for_the_marked_users_else_for_the_current_one() -> None:
    ann, bob, cy = user("ann"), user("bob"), user("cy")
    users = listed(ann, bob, cy)
    assert users.chosen(bob) == [bob]
    assert users.chosen(None) == []
    users.toggle_mark(cy)
    users.toggle_mark(ann)
    assert users.chosen(bob) == [ann, cy]
    users.toggle_mark(ann)
    assert users.chosen(bob) == [cy]
    users.mark_all()
    assert users.chosen(None) == [ann, bob, cy]


def test_a_changed_user_stays_in_place_a_new_one_comes_first_a_deleted_one_leaves() -> None:
    users = listed(user("ann"), user("bob"))
    users.mark_all()
    users.put(User("bob", "CONFIRMED", enabled=False))
    users.put(user("zoe"))
    assert [(each.username, each.enabled) for each in users.shown] == [
        ("zoe", True),
        ("ann", True),
        ("bob", False),
    ]
    users.remove("ann")
    assert names(users) == ["zoe", "bob"]
    assert users.of("ann") is None
    assert users.marked == {"bob"}
    users.reset(parse_search(""))
    assert (users.shown, users.marked, users.is_complete) == ([], set(), False)

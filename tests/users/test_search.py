"""What a search finds where all users can be read, and what it says where it found nobody."""

from __future__ import annotations

import pytest

from workbench.users.search import nobody_found, parse_search
from workbench.users.user_pools import User

ANN = User("u-1", "CONFIRMED", True, {"email": "ann@example.com", "family_name": "Smith"})


@pytest.mark.parametrize(
    ("text", "finds"),
    [("SMITH", True), ("mith", True), ("u-1", True), ("~mith", True), ("smythe", False)],
)
def test_a_plain_text_is_found_anywhere_where_all_users_are_read(text: str, finds: bool) -> None:
    search = parse_search(text, everywhere=True)
    assert search.finds is not None
    assert search.finds(ANN) is finds


def test_a_plain_text_is_an_addresss_beginning_where_cognito_searches() -> None:
    search = parse_search("ann")
    assert (search.server, search.finds) == ('email ^= "ann"', None)


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_attribute_is_searched_as_written_everywhere(everywhere: bool) -> None:
    assert parse_search("name^An", everywhere=everywhere).server == 'name ^= "An"'
    assert parse_search("custom:team=Blue", everywhere=everywhere).finds is not None


@pytest.mark.parametrize(
    ("text", "everywhere", "what", "how"),
    [
        ("smith", True, "No users match 'smith' in", "name=Ann"),
        ("smith", False, "e-mail address begins with 'smith'", "~smith searches everywhere"),
        ("~smith", False, "No users match 'smith' in", "name=Ann"),
        (
            "name=Ann",
            False,
            "No users match: name is exactly 'Ann'",
            "~Ann searches everywhere (reads all",
        ),
        ("name^Ann", True, "No users match: name begins with 'Ann'", "~Ann searches everywhere."),
    ],
)
def test_finding_nobody_says_what_was_looked_for(
    text: str, everywhere: bool, what: str, how: str
) -> None:
    found = nobody_found(parse_search(text, everywhere=everywhere), everywhere=everywhere)
    assert what in found[0]
    assert how in found[1]

from collections.abc import Callable

import pytest

from workbench.backend.constructs.storage.access import (
    IDENTITY,
    Grantee,
    check_access,
    compile_access,
    policy_statements,
)
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.source_location import NOWHERE, DefinitionError, Place
from workbench.backend.grants import grant

BUCKET = "arn:aws:s3:::photos"


def statements(rules: dict[str, list[Grant]], role: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return list(dict(compile_access(rules).grants)[Grantee(role)])


def test_read_is_get_and_list() -> None:
    rules = {"public/*": [grant.guest("read")]}
    assert statements(rules, "guest") == [
        ("Allow", "get", ("public/*",)),
        ("Allow", "list", ("public/*",)),
    ]


def test_a_path_below_is_denied_to_whom_only_the_upper_one_is_granted() -> None:
    rules = {
        "public/*": [grant.guest("get"), grant.authenticated("get", "write")],
        "public/special/*": [grant.authenticated("get")],
    }
    assert statements(rules, "guest") == [
        ("Allow", "get", ("public/*",)),
        ("Deny", "get", ("public/special/*",)),
    ]
    assert statements(rules, "authenticated") == [
        ("Allow", "get", ("public/*",)),
        ("Allow", "write", ("public/*",)),
        ("Deny", "write", ("public/special/*",)),
    ]


def test_an_owners_folder_is_named_by_the_identity_and_open_to_a_group() -> None:
    rules = {"own/{entity_id}/*": [grant.owner("get"), grant.groups(["Admins"], "get")]}
    assert statements(rules, "authenticated") == [("Allow", "get", (f"own/{IDENTITY}/*",))]
    assert statements(rules, "group:Admins") == [("Allow", "get", ("own/*",))]


def test_outputs_say_who_may_do_what() -> None:
    rules = {
        "own/{entity_id}/*": [grant.owner("read"), grant.groups(["Admins"], "write")],
        "all/*": [grant.guest("list")],
    }
    assert compile_access(rules).outputs == {
        f"own/{IDENTITY}/*": {"entityidentity": ["get", "list"]},
        "own/*": {"groupsAdmins": ["write"]},
        "all/*": {"guest": ["list"]},
    }


def test_listing_is_bound_to_the_prefix() -> None:
    made = policy_statements([("Allow", "list", ("a/*",))], BUCKET)
    assert made == [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": BUCKET,
            "Condition": {"StringLike": {"s3:prefix": ["a/*", "a/"]}},
        }
    ]


def test_objects_are_bound_to_the_prefix() -> None:
    made = policy_statements([("Deny", "delete", ("a/*", "b/*"))], BUCKET)
    assert made[0]["Resource"] == [f"{BUCKET}/a/*", f"{BUCKET}/b/*"]
    assert (made[0]["Effect"], made[0]["Action"]) == ("Deny", "s3:DeleteObject")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/a/*", "begins with a slash"),
        ("a/b", "does not end with"),
        ("a//*", "two slashes"),
        ("a*b/*", "wildcard before its end"),
        ("{entity_id}/*", "wrong place"),
        ("a/{entity_id}/b/*", "wrong place"),
        ("a/x{entity_id}/*", "wrong place"),
    ],
)
def test_paths_that_amplify_would_not_take(path: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        check_access({path: [grant.guest("get")]}, NOWHERE)


def test_at_most_one_path_above() -> None:
    rules = {path: [grant.guest("get")] for path in ("a/*", "a/b/*", "a/b/c/*")}
    with pytest.raises(DefinitionError, match="lies below"):
        check_access(rules, NOWHERE)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: [grant.guest("get"), grant.guest("list")], "twice"),
        (lambda: [grant.guest("read", "get")], "together with get or list"),
        (lambda: [grant.owner("read")], "every signed-in user would own it"),
        (lambda: [Grant("guest", ("fly",), place=Place(__file__))], "no action 'fly'"),
        (lambda: [grant.guest()], "grants nothing"),
        (lambda: [grant.groups([], "read")], "to no groups"),
        (lambda: [grant.groups("Admins", "read")], "grant.groups cannot take 'Admins'"),
    ],
)
def test_grants_that_amplify_would_not_take(made: Callable[[], list[Grant]], says: str) -> None:
    with pytest.raises(DefinitionError, match=says) as caught:
        check_access({"a/*": made()}, NOWHERE)
    assert caught.value.place.file == __file__

"""Files of users: what is written is read again, what is wrong is told by its place."""

from __future__ import annotations

import io

import pytest

from workbench.model.user_problem import UserProblem
from workbench.users.pool_schema import SchemaAttribute, check_attributes
from workbench.users.seeding import seed_users
from workbench.users.user_files import (
    FileUser,
    WrongRow,
    plan_import,
    read_users,
    summary,
    write_csv,
    write_json,
)
from workbench.users.user_pools import User

SCHEMA = (
    SchemaAttribute("sub", is_required=True, is_mutable=False),
    SchemaAttribute("email", is_required=True),
    SchemaAttribute("email_verified", "Boolean"),
    SchemaAttribute("name"),
    SchemaAttribute("phone_number"),
    SchemaAttribute("custom:team", minimum=2, maximum=5, is_mutable=False),
    SchemaAttribute("custom:seats", "Number", is_required=True, minimum=1, maximum=9),
)
ANN = User(
    "1-2",
    "CONFIRMED",
    True,
    {"sub": "1-2", "email": "ann@example.com", "name": 'Ann "A", née\nB', "custom:seats": "3"},
)


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_what_is_written_is_read_again(kind: str) -> None:
    file = io.StringIO(newline="")
    written = write_csv([ANN, ANN], SCHEMA, file) if kind == "csv" else write_json([ANN, ANN], file)
    assert written == 2
    file.seek(0)
    found = read_users(file, "users")
    assert [user.username for user in found] == ["ann@example.com"] * 2
    assert found[0].attributes == {
        name: value for name, value in ANN.attributes.items() if name != "sub"
    }


def test_each_wrong_row_is_told_by_its_line() -> None:
    text = (
        "email,custom:seats,phone_number,cognito:username\n"
        "bob@example.com,2,,bob@example.com\n"
        "bob@example.com,2,,bob@example.com\n"
        "nobody,12,555,nobody\n"
        "cy@example.com,,,cy@example.com\n"
        "ann@example.com,1,,ann@example.com\n"
    )
    plan = plan_import(read_users(io.StringIO(text), "users.csv"), SCHEMA, [ANN])
    assert [user.username for user in plan.users] == ["bob@example.com"]
    assert [user.username for user in plan.there] == ["ann@example.com"]
    why = {each.place: each.why for each in plan.wrong}
    assert why["line 3"] == "It is also in line 2."
    assert "valid e-mail address" in why["line 4"] and "valid phone number" in why["line 4"]
    assert "at most 9" in why["line 4"]
    assert why["line 5"] == "custom:seats is required in this pool."


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "[1]", "{broken"])
def test_a_file_that_is_no_list_of_users_is_told(text: str) -> None:
    with pytest.raises(UserProblem):
        read_users(io.StringIO(text), "users")


def test_a_change_is_held_to_the_schema() -> None:
    changes = {"custom:team": "red", "team": "red", "email": "", "name": ""}
    assert check_attributes(SCHEMA, changes, is_new=False) == (
        "custom:team cannot be changed: it is immutable in this pool.",
        "The pool has no attribute team. Did you mean custom:team?",
        "email is required in this pool.",
    )


def test_the_same_seed_gives_the_same_users_and_all_are_valid() -> None:
    def seeded(seed: int) -> list[object]:
        return list(seed_users(SCHEMA, 200, seed, groups={"Admins": 0.25}))

    users = list(seed_users(SCHEMA, 200, 1, groups={"Admins": 0.25}))
    assert seeded(1) == seeded(1) != seeded(2)
    fewer = list(seed_users(SCHEMA, 50, 1, groups={}))
    assert [user.attributes for user in fewer] == [user.attributes for user in users[:50]]
    plan = plan_import(users, SCHEMA, [])
    assert (len(plan.users), plan.wrong) == (200, ())
    assert 20 < sum("Admins" in user.groups for user in users) < 80


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_groups_go_out_and_come_in_again(kind: str) -> None:
    file = io.StringIO(newline="")
    groups = {"1-2": ("Admins", "Editors")}
    if kind == "csv":
        write_csv([ANN], SCHEMA, file, groups)
    else:
        write_json([ANN], file, groups)
    file.seek(0)
    plan = plan_import(
        read_users(file, "users"), SCHEMA, [], sign_in=("email",), groups=("Admins",)
    )
    (user,) = plan.users
    assert (user.groups, plan.new_groups) == (("Admins", "Editors"), ("Editors",))


def test_a_pool_that_signs_in_by_address_needs_no_column_of_user_names() -> None:
    text = "email,custom:seats,groups\nbob@example.com,2,Admins; Editors\n,2,\n"
    users = read_users(io.StringIO(text), "users.csv")
    plan = plan_import(users, SCHEMA, [], sign_in=("email",), groups=("Admins", "Editors"))
    assert [(user.username, user.groups) for user in plan.users] == [
        ("bob@example.com", ("Admins", "Editors"))
    ]
    assert "no e-mail address" in plan.wrong[0].why
    by_name = plan_import(users, SCHEMA, [])
    assert "cognito:username is missing or empty" in by_name.wrong[0].why


def test_another_pools_user_name_gives_way_to_the_address() -> None:
    users = [FileUser("5b0c-uuid", {"email": "bob@example.com", "custom:seats": "1"})]
    plan = plan_import(users, SCHEMA, [], sign_in=("email",))
    assert plan.users[0].username == "bob@example.com"
    named = plan_import([FileUser("bob@example.com", {"custom:seats": "1"})], SCHEMA, [],
                        sign_in=("email", "phone_number"))  # fmt: skip
    assert named.users[0].attributes["email"] == "bob@example.com"


def test_a_reason_is_told_once_with_its_lines() -> None:
    wrong = [WrongRow(f"line {number}", "", "No address.") for number in (2, 3, 4, 7)]
    wrong.insert(1, WrongRow("line 9", "", "Wrong team."))
    assert summary(wrong) == (
        ("No address.", "lines 2–4, 7", 4),
        ("Wrong team.", "line 9", 1),
    )


def test_seeded_users_have_the_password_that_was_chosen() -> None:
    users = list(seed_users(SCHEMA, 3, 1, groups={}, password="Try-{n}-it"))
    assert [user.password for user in users] == ["Try-1-it", "Try-2-it", "Try-3-it"]
    assert "Try" not in repr(users[0])

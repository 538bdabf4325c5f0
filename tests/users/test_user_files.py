"""Files of users: what is written is read again, what is wrong is told by its place."""

from __future__ import annotations

import io

import pytest

from workbench.aws.pool_schema import SchemaAttribute, check_attributes
from workbench.aws.user_pools import User
from workbench.project.models import ProjectProblem
from workbench.users.seeding import seed_users
from workbench.users.user_files import plan_import, read_users, write_csv, write_json

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
    assert why["line 3"] == "It is in line 2 already."
    assert "no e-mail address" in why["line 4"] and "no phone number" in why["line 4"]
    assert "at most 9" in why["line 4"]
    assert why["line 5"] == "custom:seats is required in this pool."


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "[1]", "{broken"])
def test_a_file_that_is_no_list_of_users_is_told(text: str) -> None:
    with pytest.raises(ProjectProblem):
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

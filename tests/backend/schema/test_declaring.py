"""Model classes become records in the API's terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.backend.schema.conftest import Evaluate
from workbench.backend.definitions.schema import (
    CustomType,
    Enum,
    Field,
    Index,
    Relation,
    Validator,
)
from workbench.backend.definitions.source_location import NOWHERE


def _plain(record: Field | Relation | Index) -> Field | Relation | Index:
    return replace(record, place=NOWHERE)


def test_every_type(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        import datetime
        class Everything(Model, rules=[allow.owner()]):
            text: str
            whole: int
            real: float
            flag: bool
            key: Id
            day: Date
            clock: Time
            moment: DateTime
            stamp: Timestamp
            mail: Email
            json: Json
            phone: Phone
            url: Url
            ip: IpAddress
            python_day: datetime.date
            python_clock: datetime.time
            python_moment: datetime.datetime
        data = define_data(models=[Everything])
        """
    )
    (model,) = data.schema.models
    assert {field.name: field.type for field in model.fields} == {
        "text": "String",
        "whole": "Int",
        "real": "Float",
        "flag": "Boolean",
        "key": "ID",
        "day": "AWSDate",
        "clock": "AWSTime",
        "moment": "AWSDateTime",
        "stamp": "AWSTimestamp",
        "mail": "AWSEmail",
        "json": "AWSJSON",
        "phone": "AWSPhone",
        "url": "AWSURL",
        "ip": "AWSIPAddress",
        "pythonDay": "AWSDate",
        "pythonClock": "AWSTime",
        "pythonMoment": "AWSDateTime",
    }
    assert all(field.required for field in model.fields)


@pytest.mark.parametrize("head", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(
    ("annotation", "shape"),
    [
        ("str", (True, False, False)),
        ("str | None", (False, False, False)),
        ("Optional[str]", (False, False, False)),
        ("list[str]", (True, True, True)),
        ("list[str | None]", (False, True, True)),
        ("list[str] | None", (True, True, False)),
        ("list[str | None] | None", (False, True, False)),
        ("'list[str] | None'", (True, True, False)),
        ("list['Later'] | None", (True, True, False)),
    ],
)
def test_none_and_lists(
    evaluate: Evaluate, annotation: str, shape: tuple[bool, bool, bool], head: str
) -> None:
    data = evaluate(
        f"""
        from typing import Optional
        class Todo(Model, rules=[allow.owner()]):
            text: {annotation}
        class Later(CustomType):
            name: str
        data = define_data(models=[Todo])
        """,
        head,
    )
    (field,) = data.schema.models[0].fields
    assert (field.required, field.is_list, field.list_required) == shape


def test_names_of_the_api(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class Chat(Model, rules=[allow.owner_defined_in("made_by")]):
            made_by: str | None
            messages: list["Message"] = has_many("chat_id")
            old_style: str | None = field(name="old_style")
        class Message(
            Model,
            identifier=("chat_id", "sent_at"),
            indexes=[index("old_style", sort="sent_at")],
            rules=[allow.group_defined_in("old_style")],
        ):
            chat_id: Id = field(name="chat")
            sent_at: DateTime
            old_style: str = field(name="old_style")
            of_chat: "Chat | None" = belongs_to("chat_id")
        data = define_data(models=[Chat, Message])
        """
    )
    chat, message = data.schema.models
    assert [field.name for field in chat.fields] == ["madeBy", "old_style"]
    assert chat.rules[0].owner_field == "madeBy"
    assert chat.relations[0].references == ("chat",)
    assert message.identifier == ("chat", "sentAt")
    assert (message.indexes[0].partition, message.indexes[0].sort_keys) == (
        "old_style",
        ("sentAt",),
    )
    assert message.rules[0].groups_field == "old_style"
    assert (message.relations[0].name, message.relations[0].references) == ("ofChat", ("chat",))


def test_enums_and_custom_types(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        import enum
        from typing import Literal
        class Kind(enum.Enum):
            \"\"\"What a thing is.\"\"\"
            BOOK = "a book"
            TOY = "a toy"
        class Size(CustomType):
            width: int
            inner: "Size | None"
            unit: Literal["CM", "INCH"] | None
        class Thing(Model, rules=[allow.owner()]):
            kind: Kind = Kind.TOY
            priority: Literal["LOW", "HIGH"] | None
            sizes: list[Size]
        data = define_data(models=[Thing])
        """
    )
    schema = data.schema
    assert [(enum.name, enum.values, enum.description) for enum in schema.enums] == [
        ("Kind", ("BOOK", "TOY"), "What a thing is."),
        ("ThingPriority", ("LOW", "HIGH"), ""),
        ("SizeUnit", ("CM", "INCH"), ""),
    ]
    assert isinstance(schema.enums[0], Enum)
    (size,) = schema.custom_types
    assert isinstance(size, CustomType)
    assert [(field.name, field.type) for field in size.fields] == [
        ("width", "Int"),
        ("inner", "Size"),
        ("unit", "SizeUnit"),
    ]
    kind, priority, sizes = schema.models[0].fields
    assert (kind.type, kind.default, kind.required) == ("Kind", "TOY", True)
    assert (priority.type, priority.required) == ("ThingPriority", False)
    assert (sizes.type, sizes.is_list) == ("Size", True)


def test_options_of_a_field(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class Todo(Model, rules=[allow.owner()]):
            \"\"\"Something
            to do.\"\"\"
            done: bool = False
            note: str | None = None
            title: str = field(
                default="?", description="Shown first.", min_length=1, max_length=80,
                message={"max_length": "too long"}, rules=[allow.owner().to("read")],
            )
            stars: int = field(positive=True, lte=5, message="1 to 5")
        data = define_data(models=[Todo])
        """
    )
    (todo,) = data.schema.models
    assert todo.description == "Something to do."
    done, note, title, stars = todo.fields
    assert (done.default, note.default, title.default) == (False, None, "?")
    assert title.description == "Shown first."
    assert title.validators == (
        Validator("minLength", "1"),
        Validator("maxLength", "80", "too long"),
    )
    assert title.rules[0].operations == ("get", "list", "sync", "listen", "search")
    assert stars.validators == (Validator("lte", "5", "1 to 5"), Validator("gt", "0", "1 to 5"))


def test_relations_and_indexes(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class User(Model, rules=[allow.owner()]):
            profile: "Profile | None" = has_one("user_id", description="One.")
            posts: list["Post"] = has_many("user_id", rules=[allow.guest().to("get")])
        class Profile(Model, rules=[allow.owner()]):
            user_id: Id | None
            user: User | None = belongs_to("user_id")
        class Post(
            Model,
            rules=[allow.owner()],
            indexes=[
                index("user_id"),
                index("user_id", sort=("kind", "created_at"), query=None, name="byKind"),
                index("kind", projection="INCLUDE", included=("user_id",), query="byKind"),
            ],
            disable=["subscriptions", "mutations", "on_create"],
        ):
            user_id: Id
            kind: str
            user: User | None = belongs_to(["user_id"])
        data = define_data(models=[User, Profile, Post])
        """
    )
    user, profile, post = data.schema.models
    one, many = user.relations
    assert _plain(one) == Relation("has_one", "profile", "Profile", ("userId",), (), "One.")
    assert (many.kind, many.model, many.rules[0].strategy) == ("has_many", "Post", "public")
    assert profile.relations[0].kind == "belongs_to"
    assert [_plain(each) for each in post.indexes] == [
        Index("userId"),
        Index("userId", ("kind", "createdAt"), "", "byKind", has_query=False),
        Index("kind", (), "byKind", "", "INCLUDE", ("userId",)),
    ]
    assert post.disabled == ("subscriptions", "create", "update", "delete", "onCreate")


def test_fields_and_options_are_inherited(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class Named(Model, rules=[allow.owner()], disable=["delete"]):
            name: str
            note: str | None
        class Todo(Named):
            done: bool
        class Shared(Named, rules=[allow.authenticated()], disable=[]):
            note: str
        data = define_data(models=[Todo, Shared])
        """
    )
    todo, shared = data.schema.models
    assert [field.name for field in todo.fields] == ["name", "note", "done"]
    assert [rule.strategy for rule in todo.rules] == ["owner"]
    assert todo.disabled == ("delete",)
    assert [(field.name, field.required) for field in shared.fields] == [
        ("name", True),
        ("note", True),
    ]
    assert [rule.strategy for rule in shared.rules] == ["private"]
    assert shared.disabled == ()


def test_lines_are_those_of_the_file(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class Todo(
            Model,
            rules=[
                allow.owner(),
                allow.group("Admins").to("read"),
            ],
        ):
            # A comment.
            text: str
            done: bool = field(
                default=False
            )
        data = define_data(models=[Todo])
        """
    )
    (todo,) = data.schema.models
    assert todo.place.line - 2 == 1
    assert [rule.place.line - 2 for rule in todo.rules] == [4, 5]
    assert [field.place.line - 2 for field in todo.fields] == [9, 10]
    assert data.place.line - 2 == 13


def test_nothing_stays_from_one_evaluation_to_the_next(evaluate: Evaluate) -> None:
    first = evaluate(
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
        data = define_data(models=[Todo])
        """
    )
    second = evaluate(
        """
        class Todo(Model, rules=[allow.guest()]):
            other: int
        data = define_data(models=[Todo])
        """
    )
    assert [field.name for field in first.schema.models[0].fields] == ["text"]
    assert [field.name for field in second.schema.models[0].fields] == ["other"]


def test_classes_in_functions(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        def build():
            import enum
            class Kind(enum.Enum):
                A = 1
            class Todo(Model, rules=[allow.owner()]):
                kind: "Kind"
            return define_data(models=[Todo])
        data = build()
        """
    )
    assert data.schema.models[0].fields[0].type == "Kind"


def test_rules_of_the_schema_are_given_to_who_has_none(evaluate: Evaluate) -> None:
    data = evaluate(
        """
        class Own(Model, rules=[allow.owner()]):
            text: str
        class Common(Model):
            text: str
        data = define_data(models=[Own, Common], rules=[allow.authenticated()])
        """
    )
    assert [model.rules[0].strategy for model in data.schema.models] == ["owner", "private"]


def test_classes_are_not_made(evaluate: Evaluate) -> None:
    with pytest.raises(TypeError, match="Todo describes data"):
        evaluate(
            """
            class Todo(Model, rules=[allow.owner()]):
                text: str
            Todo()
            """
        )

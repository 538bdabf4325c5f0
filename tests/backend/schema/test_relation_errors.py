"""What is wrong with a relation is told with its line and its fix."""

from __future__ import annotations

from tests.backend.schema.conftest import Problems


def test_a_relation_to_a_model_that_is_not_in_the_schema(problems: Problems) -> None:
    ((line, what, fix),) = problems(
        """
        class Chat(Model, rules=[allow.owner()]):
            text: str
        class Message(Model, rules=[allow.owner()]):
            chat_id: Id
            chat: Chat | None = belongs_to("chat_id")
        data = define_data(models=[Message])
        """
    )
    assert (line, what) == (5, "Message.chat refers to Chat, which is not in the schema.")
    assert fix == "Add it: define_data(models=[…, Chat])."


def test_a_reference_that_is_missing_or_of_another_type(problems: Problems) -> None:
    found = problems(
        """
        class Chat(Model, rules=[allow.owner()], identifier=("number",)):
            number: int
            messages: list["Message"] = has_many("chat_number")
            guests: list["Guest"] = has_many("chat_id")
        class Message(Model, rules=[allow.owner()]):
            chat: Chat | None = belongs_to("chat_number")
        class Guest(Model, rules=[allow.owner()]):
            chat_id: Id
            chat: Chat | None = belongs_to("chat_id")
        data = define_data(models=[Chat, Message, Guest])
        """
    )
    assert found == [
        (
            3,
            "Chat.messages refers by chatNumber, which Message does not have.",
            "Add it to Message: chat_number: int | None.",
        ),
        (
            4,
            "Chat.guests: Guest.chatId is ID, but Chat.number is Int.",
            "Give both the same type.",
        ),
        (
            6,
            "Message.chat refers by chatNumber, which Message does not have.",
            "Add it to Message: chat_number: int | None.",
        ),
        (
            9,
            "Guest.chat: Guest.chatId is ID, but Chat.number is Int.",
            "Give both the same type.",
        ),
    ]


def test_a_reference_for_each_field_of_the_identifier(problems: Problems) -> None:
    ((line, what, _fix), _back) = problems(
        """
        class Product(Model, rules=[allow.owner()], identifier=("maker", "code")):
            maker: str
            code: str
            reviews: list["Review"] = has_many("product_maker")
        class Review(Model, rules=[allow.owner()]):
            product_maker: str
            product: Product | None = belongs_to("product_maker")
        data = define_data(models=[Product, Review])
        """
    )
    assert line == 4
    assert what == (
        "Product.reviews refers by productMaker, but Product is identified by maker, code."
    )


def test_a_relation_without_another_side_or_with_several(problems: Problems) -> None:
    found = problems(
        """
        class Chat(Model, rules=[allow.owner()]):
            messages: list["Message"] = has_many("chat_id")
        class Message(Model, rules=[allow.owner()]):
            chat_id: Id
        class Team(Model, rules=[allow.owner()]):
            name: str
        class Player(Model, rules=[allow.owner()]):
            team_id: Id
            first: Team | None = belongs_to("team_id")
        data = define_data(models=[Chat, Message, Team, Player])
        """
    )
    assert [(line, fix) for line, _what, fix in found] == [
        (2, 'Add it to Message: chat: "Chat | None" = belongs_to("chat_id").'),
        (9, 'Add it to Team: players: list["Player"] = has_many("team_id").'),
    ]
    found = problems(
        """
        class Team(Model, rules=[allow.owner()]):
            players: list["Player"] = has_many("team_id")
        class Player(Model, rules=[allow.owner()]):
            team_id: Id
            first: Team | None = belongs_to("team_id")
            second: Team | None = belongs_to("team_id")
        data = define_data(models=[Team, Player])
        """
    )
    assert [(line, what) for line, what, _fix in found] == [
        (2, "Team.players has several other sides in Player: first, second.")
    ]

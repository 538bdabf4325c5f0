"""Chats and their messages. Each class is a table; each line in it is a field of the API."""

from functions.greeting.resource import greeting

from amplify_tui import (
    DateTime,
    Id,
    Model,
    allow,
    belongs_to,
    define_data,
    field,
    function,
    has_many,
    index,
    query,
)


class Chat(Model, rules=[allow.authenticated()]):
    """A room that every signed-in user may enter."""

    name: str = field(min_length=1, max_length=80)
    messages: list["Message"] = has_many("chat_id")


class Message(
    Model,
    indexes=[index("chat_id", sort="created_at", query="messagesByTime")],
    rules=[
        allow.owner(),
        allow.authenticated().to("read"),
        allow.group("Moderators").to("read", "delete"),
    ],
):
    """What somebody said; it is its writer's, and the moderators may take it away."""

    text: str
    chat_id: Id
    chat: Chat | None = belongs_to("chat_id")
    created_at: DateTime | None


@query(handler=function(greeting), rules=[allow.public_api_key()])
def greet(name: str) -> str | None:
    """A welcome from the function in amplify/functions/greeting."""


data = define_data(
    models=[Chat, Message],
    operations=[greet],
    default_authorization="user_pool",
    api_key_days=30,
)

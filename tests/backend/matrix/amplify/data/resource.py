"""The authorization matrix's schema in Python: one model for each way, one for each feature."""

from enum import Enum

from functions.resource import authorizer
from functions.resource import shout as shout_function

from amplify_tui import (
    CustomType,
    DateTime,
    Id,
    Json,
    LambdaAuthorizer,
    Model,
    allow,
    belongs_to,
    define_data,
    field,
    function,
    has_many,
    index,
    javascript,
    mutation,
    query,
)


class Keyed(Model, rules=[allow.public_api_key()]):
    text: str | None


class Guest(Model, rules=[allow.guest()]):
    text: str | None


class Member(Model, rules=[allow.authenticated()]):
    text: str | None


class Pooled(Model, rules=[allow.authenticated("identityPool")]):
    text: str | None


class Owned(Model, rules=[allow.owner()]):
    text: str | None


class Authored(Model, rules=[allow.owner_defined_in("author")]):
    text: str | None
    author: str | None


class Shared(Model, rules=[allow.owners_defined_in("editors")]):
    text: str | None
    editors: list[str | None] | None


class Staff(Model, rules=[allow.groups(["Admins"])]):
    text: str | None


class Grouped(Model, rules=[allow.group_defined_in("team")]):
    text: str | None
    team: str | None


class Regrouped(Model, rules=[allow.groups_defined_in("teams")]):
    text: str | None
    teams: list[str | None] | None


class Custom(Model, rules=[allow.custom()]):
    text: str | None
    hidden: str | None


class Fielded(Model, rules=[allow.authenticated(), allow.owner()]):
    text: str | None
    secret: str | None = field(rules=[allow.owner()])
    rank: str | None = field(
        rules=[
            allow.authenticated().to("read"),
            allow.group("Admins").to("create", "read", "update"),
        ]
    )


class Mixed(
    Model,
    rules=[
        allow.owner(),
        allow.authenticated().to("read"),
        allow.public_api_key().to("get", "list"),
        allow.guest().to("get"),
        allow.group("Admins").to("update", "delete"),
    ],
):
    text: str | None


class ReadOnly(Model, rules=[allow.public_api_key().to("read"), allow.group("Admins")]):
    text: str | None


class Writable(Model, rules=[allow.owner().to("create", "read")]):
    text: str | None


class Profile(
    Model,
    rules=[
        allow.owner(),
        allow.authenticated().to("read", "update"),
        allow.group("Editors").to("read", "delete"),
        allow.public_api_key().to("read", "update"),
    ],
):
    name: str | None
    about: str | None = field(rules=[allow.owner().to("create", "read", "update")])


class Post(Model, rules=[allow.authenticated(), allow.public_api_key().to("read")]):
    title: str
    comments: list["Comment"] = has_many("post_id")


class Comment(Model, rules=[allow.owner(), allow.group("Admins")]):
    text: str | None
    post_id: Id | None
    post: Post | None = belongs_to("post_id")


class ProductKind(Enum):
    BOOK = 1
    TOY = 2


class ProductSize(CustomType):
    width: int | None
    height: int | None


class Product(
    Model,
    identifier=("maker", "code"),
    indexes=[
        index("kind", sort="price", query="productsByPrice"),
        index("maker", sort=("kind", "stock"), query="productsByStock"),
    ],
    rules=[allow.public_api_key(), allow.authenticated()],
):
    maker: str
    code: str
    price: float | None
    stock: int | None
    kind: ProductKind | None
    tags: list[str | None] | None
    size: ProductSize | None
    seen: DateTime | None
    extra: Json | None


class WhoAmIReturnType(CustomType):
    sub: str | None
    mode: str | None


class ShoutReturnType(CustomType):
    text: str | None
    by: str | None


@query(
    handler=javascript("cheapest.js", source=Product),
    rules=[allow.public_api_key(), allow.group("Admins")],
)
def cheapest(maker: str, below: float | None, limit: int | None) -> list[str | None] | None:
    """The codes of a maker's cheapest products."""


@query(
    handler=javascript("whoami.js"),
    rules=[allow.authenticated(), allow.public_api_key()],
)
def who_am_i() -> WhoAmIReturnType | None:
    """Who asks."""


@mutation(handler=function(shout_function), rules=[allow.authenticated(), allow.guest()])
def shout(text: str | None) -> ShoutReturnType | None:
    """The text in capitals."""


data = define_data(
    models=[
        *(Keyed, Guest, Member, Pooled, Owned, Authored, Shared, Staff, Grouped, Regrouped),
        *(Custom, Fielded, Mixed, ReadOnly, Writable, Profile, Post, Comment, Product),
    ],
    operations=[cheapest, who_am_i, shout],
    default_authorization="user_pool",
    api_key_days=30,
    lambda_authorizer=LambdaAuthorizer(authorizer, ttl_seconds=0),
)

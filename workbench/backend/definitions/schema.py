"""A data schema in GraphQL's own terms: names as the API has them, references by name.

What may be written and what it means follow Amplify Gen 2's ``@aws-amplify/data-schema``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import NOWHERE, Place

SCALARS = (
    "ID",
    "String",
    "Int",
    "Float",
    "Boolean",
    "AWSDate",
    "AWSTime",
    "AWSDateTime",
    "AWSTimestamp",
    "AWSEmail",
    "AWSJSON",
    "AWSPhone",
    "AWSURL",
    "AWSIPAddress",
)

RuleOperation = Literal["create", "update", "delete", "get", "list", "sync", "listen", "search"]
ModelOperation = Literal[
    "create",
    "update",
    "delete",
    "get",
    "list",
    "subscriptions",
    "onCreate",
    "onUpdate",
    "onDelete",
]
Strategy = Literal["public", "private", "owner", "groups", "custom"]
Provider = Literal["apiKey", "identityPool", "userPools", "oidc", "function"]

EVERY_OPERATION: tuple[RuleOperation, ...] = (
    "create",
    "update",
    "delete",
    "get",
    "list",
    "sync",
    "listen",
    "search",
)
"""What a rule without ``to`` allows; "read" stands for the last five of these."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in: who (``strategy`` by ``provider``), to which ``operations``.

    ``owner_field`` for owners (``owner`` where it is not named), ``is_list`` where that field, or
    ``groups_field``, holds several. ``groups`` are the static ones, ``groups_field`` the dynamic.
    ``identity_claim`` and ``group_claim`` are "" for Cognito's own (``sub::username`` and
    ``cognito:groups``).
    """

    strategy: Strategy
    provider: Provider
    operations: tuple[RuleOperation, ...] = EVERY_OPERATION
    owner_field: str = ""
    groups: tuple[str, ...] = ()
    groups_field: str = ""
    is_list: bool = False
    identity_claim: str = ""
    group_claim: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Validator:
    """A check of a field's value: ``name`` is one of data-schema's, such as ``minLength``."""

    name: str
    value: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field with a value of its own: of a model, a custom type, or an argument.

    ``type`` is a scalar of ``SCALARS``, an enum or a custom type. For a list, ``required`` says
    that its items are never null and ``list_required`` that the list is not.
    """

    name: str
    type: str
    required: bool = False
    is_list: bool = False
    list_required: bool = False
    default: Any = None
    rules: tuple[Rule, ...] = ()
    validators: tuple[Validator, ...] = ()
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that is found by a query; ``references`` are the reference fields' names.

    They stand in the related model for ``has_one`` and ``has_many``, in this one for
    ``belongs_to``, in the order of the identifier that they hold.
    """

    kind: Literal["has_one", "has_many", "belongs_to"]
    name: str
    model: str
    references: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index; ``query_field`` and ``name`` are "" where Amplify's defaults hold.

    ``has_query`` False is an index that only resolvers use, without an operation of the API.
    """

    partition: str
    sort_keys: tuple[str, ...] = ()
    query_field: str = ""
    name: str = ""
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: tuple[str, ...] = ()
    place: Place = NOWHERE
    has_query: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """A type with a table; ``fields`` and ``relations`` as written, without what is added to all.

    ``identifier`` is ``("id",)`` where nothing else is said; ``id`` is among ``fields`` only where
    the user wrote it. ``disabled`` are the operations that the API does not have; "subscriptions"
    is all three of them.
    """

    name: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...] = ()
    identifier: tuple[str, ...] = ("id",)
    indexes: tuple[Index, ...] = ()
    disabled: tuple[ModelOperation, ...] = ()
    rules: tuple[Rule, ...] = ()
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class CustomType:
    """An object type without a table."""

    name: str
    fields: tuple[Field, ...]
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Enum:
    """A type of named values."""

    name: str
    values: tuple[str, ...]
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Returned:
    """What an operation returns: a scalar, enum, custom type or model."""

    type: str
    required: bool = False
    is_list: bool = False
    list_required: bool = False


@dataclass(frozen=True, slots=True)
class HttpSource:
    """An HTTP data source: ``endpoint`` is a base URL."""

    name: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Handler:
    """A step of a custom operation: a function, or JavaScript of APPSYNC_JS 1.0.0.

    ``code`` is the text of the JavaScript file ``entry`` (read by the definition stage). Its data
    source is a model's table (``model``), ``http``, a data source that the backend adds
    (``source``), or NONE. ``is_async`` invokes the function as an event.
    """

    function: FunctionDefinition | None = None
    is_async: bool = False
    entry: str = ""
    code: str = ""
    model: str = ""
    http: HttpSource | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A custom query, mutation or subscription.

    A subscription follows ``triggers``: names of mutation fields, also generated ones.
    """

    kind: Literal["query", "mutation", "subscription"]
    name: str
    returns: Returned
    arguments: tuple[Field, ...] = ()
    handlers: tuple[Handler, ...] = ()
    triggers: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    description: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class FunctionAccess:
    """``allow.resource(function)``: what a function's role may call."""

    function: FunctionDefinition
    operations: tuple[Literal["query", "mutate", "listen"], ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A whole schema, checked: every reference in it holds, every model has rules.

    Rules of the schema have been given to the models and operations that have none of their own.
    """

    models: tuple[Model, ...] = ()
    custom_types: tuple[CustomType, ...] = ()
    enums: tuple[Enum, ...] = ()
    operations: tuple[Operation, ...] = ()
    function_access: tuple[FunctionAccess, ...] = ()


DefaultMode = Literal["apiKey", "userPool", "oidc", "identityPool", "lambda"]


@dataclass(frozen=True, slots=True)
class Modes:
    """An API's authorization modes; IAM is always one of them, as in Gen 2.

    ``default`` None is user pools where the backend has auth, else an API key. ``api_key_days``
    None is no key unless that is the default mode (7 days then).
    """

    default: DefaultMode | None = None
    api_key_days: int | None = None
    api_key_description: str = ""
    lambda_function: FunctionDefinition | None = None
    lambda_ttl_seconds: int | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_auth_ttl_seconds: int | None = None
    oidc_issued_ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class DataDefinition:
    """What ``define_data`` returns; ``name`` is the API's."""

    schema: Schema
    modes: Modes = field(default_factory=Modes)
    name: str = "amplifyData"
    logs: bool = False
    place: Place = NOWHERE

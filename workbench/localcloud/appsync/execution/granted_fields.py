"""Whether IAM lets a signer reach what an operation asks for: ``appsync:GraphQL`` on its fields.

Only the fields of the root type are asked about: Amplify grants functions ``types/Query/*`` and
nothing of the models, and that is enough for them on AWS. A caller who lacks one of them gets
nothing of the request. Opening a connection needs a grant on some field of the API.
Source: "AWS_IAM authorization" in the AppSync developer guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from graphql import GraphQLSchema, OperationType

from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.errors import RequestError
from workbench.localcloud.appsync.execution.parsed_query import ParsedQuery
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import Api
from workbench.operation_roots import root_fields

_DENIED = "Permission denied"
_NAME = "__typename"


class Grants(Protocol):
    """IAM, asked for ``appsync:GraphQL``; who is refused is reported to the user."""

    def allow_all(self, access_key: str, resources: Sequence[str]) -> bool:
        """Whether the owner of the key may reach every one of the fields."""

    def allow_any(self, access_key: str, resources: Iterator[str]) -> bool:
        """Whether the owner of the key may reach one of them."""


async def check_operation(
    compiled: CompiledApi, query: str, operation_name: str | None, caller: Caller, grants: Grants
) -> None:
    """Raise RefusedError where the caller may not reach a field of the operation's root."""
    if not caller.access_key:
        return
    try:
        prepared = await compiled.prepared(query)
        roots = _roots(prepared, operation_name)
    except RequestError:
        # Told by the execution.
        return
    kind, names = roots
    root = compiled.schema.get_root_type(kind)
    if root is None or not names:
        return
    of_type = f"{compiled.api.arn}/types/{root.name}/fields/"
    if not grants.allow_all(caller.access_key, [of_type + name for name in names]):
        raise RefusedError(_DENIED, fields=[f"{root.name}.{name}" for name in names])


def check_connection(api: Api, schema: GraphQLSchema, caller: Caller, grants: Grants) -> None:
    """Raise RefusedError where the caller may not reach anything of the API."""
    if caller.access_key and not grants.allow_any(caller.access_key, _fields(api, schema)):
        raise RefusedError(_DENIED)


def _fields(api: Api, schema: GraphQLSchema) -> Iterator[str]:
    """The fields of the root types, subscriptions first."""
    for kind in (OperationType.SUBSCRIPTION, OperationType.QUERY, OperationType.MUTATION):
        root = schema.get_root_type(kind)
        if root is not None:
            yield from (f"{api.arn}/types/{root.name}/fields/{name}" for name in root.fields)


def _roots(prepared: ParsedQuery, name: str | None) -> tuple[OperationType, tuple[str, ...]]:
    """The operation's kind and its root fields, each once; found once for each query."""
    operation = prepared.operation(name)
    known = prepared.roots.get(id(operation))
    if known is None:
        found = root_fields(operation, prepared.fragments)
        # It tells nothing that the operation itself does not say.
        known = tuple(name for name in found if name != _NAME)
        prepared.roots[id(operation)] = known
    return operation.operation, known

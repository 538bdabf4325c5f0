"""The state of one request while it is executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationDefinitionNode

from workbench.localcloud.appsync.data_sources.lambda_batches import LambdaBatches
from workbench.localcloud.appsync.evaluation import AUTH_TYPES, Effects, Facts, FieldError
from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.parsed_query import ParsedQuery
from workbench.localcloud.appsync.execution.trace import RequestTrace
from workbench.localcloud.appsync.execution.turns import Turns
from workbench.localcloud.appsync.identity import Caller

MAX_RESOLVERS = 10_000
"""Resolvers that one request may run; AppSync's own limit."""


@dataclass(slots=True)
class RequestState:
    """One request; ``errors`` are those that templates appended."""

    compiled: CompiledApi
    prepared: ParsedQuery
    operation: OperationDefinitionNode
    caller: Caller
    headers: Mapping[str, str]
    variables: dict[str, Any]
    engines: Engines
    trace: RequestTrace
    facts: Facts
    batches: LambdaBatches
    verdicts: dict[tuple[str, str], bool]
    turns: Turns
    errors: list[dict[str, Any]] = field(default_factory=list)
    response_headers: dict[str, str] = field(default_factory=dict)
    effects: list[Effects] = field(default_factory=list)
    resolvers: int = 0
    evaluating: int = 0
    """Resolvers that wait for their turn, or for a worker's evaluation."""

    def allows(self, type_name: str, field_name: str) -> bool:
        """Whether the caller may see a field."""
        key = (type_name, field_name)
        known = self.verdicts.get(key)
        if known is None:
            known = self.compiled.rules.allows(type_name, field_name, self.caller)
            self.verdicts[key] = known
        return known

    def count_resolver(self) -> None:
        """One more resolver runs; raises FieldError beyond the limit."""
        self.resolvers += 1
        limit = self.compiled.api.resolver_count_limit or MAX_RESOLVERS
        if self.resolvers > limit:
            raise FieldError(
                f"The request runs more than {limit} resolvers, the limit of this API.",
                "ResolverCountLimitReached",
            )


def facts_of(caller: Caller) -> Facts:
    """What templates may ask about the caller's mode."""
    return Facts(AUTH_TYPES[caller.mode.value])

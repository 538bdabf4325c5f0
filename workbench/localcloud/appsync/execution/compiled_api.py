"""An API ready for execution: its schema, its rules, its resolvers and the queries seen so far.

A snapshot is immutable but for its caches. A changed API gets another one, and requests under way
keep theirs.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import GraphQLSchema

from workbench.localcloud.appsync.authorization.directives import FieldRules, field_rules
from workbench.localcloud.appsync.execution.aside import LARGE, aside
from workbench.localcloud.appsync.execution.parsed_query import ParsedQuery, prepare
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.records import Api, Function, Resolver
from workbench.localcloud.appsync.schema.build import build_schema

_KEPT_QUERIES = 500
_KEPT_QUERY_SIZE = 50_000
_KEPT_VERDICTS = 64

Verdicts = dict[tuple[str, str], bool]


@dataclass(slots=True)
class CompiledApi:
    """One API, ready; ``revision`` is that of its records."""

    api: Api
    revision: int
    schema: GraphQLSchema
    rules: FieldRules
    resolvers: Mapping[tuple[str, str], Resolver]
    _prepared: OrderedDict[str, ParsedQuery] = field(default_factory=OrderedDict)
    _verdicts: OrderedDict[object, Verdicts] = field(default_factory=OrderedDict)

    async def prepared(self, query: str) -> ParsedQuery:
        """A query parsed and validated, once for each text; raises RequestError."""
        known = self._prepared.get(query)
        if known is not None:
            self._prepared.move_to_end(query)
            return known
        if len(query) > LARGE:
            found = await aside(prepare, query, self.schema, self.api)
        else:
            found = prepare(query, self.schema, self.api)
        if len(query) <= _KEPT_QUERY_SIZE:
            self._prepared[query] = found
            if len(self._prepared) > _KEPT_QUERIES:
                self._prepared.popitem(last=False)
        return found

    def verdicts(self, caller: Caller) -> Verdicts:
        """What was decided for callers like this one; filled by :meth:`allows`."""
        key = (caller.mode, caller.groups, caller.denied_fields)
        found = self._verdicts.get(key)
        if found is None:
            found = self._verdicts[key] = {}
            if len(self._verdicts) > _KEPT_VERDICTS:
                self._verdicts.popitem(last=False)
        return found

    def function(self, function_id: str) -> Function | None:
        """A function of pipelines."""
        return self.api.functions.get(function_id)


def compile_api(api: Api, revision: int) -> CompiledApi:
    """Make an API ready; raises SchemaError. Templates are compiled when they are first used."""
    built = build_schema(api.schema)
    return CompiledApi(
        api=api,
        revision=revision,
        schema=built.schema,
        rules=field_rules(built.document, api),
        resolvers=api.resolvers,
    )

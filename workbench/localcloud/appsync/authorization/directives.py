"""Evaluates the ``@aws_*`` directives of a schema, once for each field.

The first layer of authorization: before any resolver runs. A field's own directives replace those
of its type; a field without either takes the API's default mode only.
Source: "Using additional authorization modes" in the AppSync developer guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
)

from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.records import Api, AuthMode

_MODES = {
    "aws_api_key": AuthMode.API_KEY,
    "aws_iam": AuthMode.IAM,
    "aws_oidc": AuthMode.OIDC,
    "aws_lambda": AuthMode.LAMBDA,
    "aws_cognito_user_pools": AuthMode.USER_POOL,
    "aws_auth": AuthMode.USER_POOL,
}
ALLOWED_TO_NOBODY: Mapping[AuthMode, frozenset[str] | None] = {}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """The modes that may see a field; of a user pool's callers, the groups, or None for all."""

    modes: Mapping[AuthMode, frozenset[str] | None]

    def allows(self, caller: Caller) -> bool:
        """Whether the caller's mode, and its groups where they matter, may see the field."""
        if caller.mode not in self.modes:
            return False
        groups = self.modes[caller.mode]
        return groups is None or not groups.isdisjoint(caller.groups)


@dataclass(frozen=True, slots=True)
class FieldRules:
    """The rules of one API's fields by type and field; ``others`` holds for all the rest."""

    of: Mapping[tuple[str, str], FieldRule]
    others: FieldRule
    api_arn: str

    def allows(self, type_name: str, field_name: str, caller: Caller) -> bool:
        """Whether the caller may see a field: neither the directives nor an authorizer deny it.

        Introspection fields (``__typename``) are open to everyone.
        """
        if field_name.startswith("__"):
            return True
        rule = self.of.get((type_name, field_name), self.others)
        if not rule.allows(caller):
            return False
        denied = caller.denied_fields
        return not denied or not (
            f"{type_name}.{field_name}" in denied
            or f"{self.api_arn}/types/{type_name}/fields/{field_name}" in denied
        )


def field_rules(document: DocumentNode, api: Api) -> FieldRules:
    """The rules of every field that is not simply the default's; raises nothing."""
    default = _default(api)
    types: dict[str, list[ConstDirectiveNode]] = {}
    fields: list[tuple[str, FieldDefinitionNode]] = []
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            types.setdefault(node.name.value, []).extend(node.directives)
            fields.extend((node.name.value, field) for field in node.fields)
    by_type = {name: _rule(nodes, default) for name, nodes in types.items()}
    found: dict[tuple[str, str], FieldRule] = {}
    for type_name, field in fields:
        rule = _rule(field.directives, default) or by_type[type_name]
        if rule is not None:
            found[type_name, field.name.value] = rule
    return FieldRules(found, default, api.arn)


def _default(api: Api) -> FieldRule:
    """The default mode; a user pool whose default action is DENY allows by directives only."""
    provider = api.default_auth
    denies = provider.settings.get("defaultAction") == "DENY"
    if provider.mode is AuthMode.USER_POOL and denies:
        return FieldRule(ALLOWED_TO_NOBODY)
    return FieldRule({provider.mode: None})


def _rule(directives: Iterable[ConstDirectiveNode], default: FieldRule) -> FieldRule | None:
    modes: dict[AuthMode, frozenset[str] | None] = {}
    for directive in directives:
        mode = _MODES.get(directive.name.value)
        if mode is None:
            continue
        groups = _groups(directive)
        known = modes.get(mode)
        # Of two directives for one mode, each allows: without groups, all.
        if mode in modes and (known is None or groups is None):
            modes[mode] = None
        else:
            modes[mode] = groups if known is None else known | (groups or frozenset())
    return FieldRule(modes) if modes else None


def _groups(directive: ConstDirectiveNode) -> frozenset[str] | None:
    for argument in directive.arguments:
        if argument.name.value == "cognito_groups" and isinstance(argument.value, ListValueNode):
            return frozenset(
                node.value for node in argument.value.values if isinstance(node, StringValueNode)
            )
    return None

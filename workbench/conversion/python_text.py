"""Converts the annotated schema of a TypeScript backend to ``amplify/data/resource.py``.

Amplify's ``defineData`` makes the schema from the TypeScript, so what it leaves out cannot be
converted: handlers' code, functions' definitions, comments. ``notes`` names each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    parse,
    value_from_ast_untyped,
)

_SCALARS = {
    **{"String": "str", "Int": "int", "Float": "float", "Boolean": "bool", "ID": "Id"},
    **{"AWSDate": "Date", "AWSTime": "Time", "AWSDateTime": "DateTime", "AWSEmail": "Email"},
    **{"AWSTimestamp": "Timestamp", "AWSJSON": "Json", "AWSPhone": "Phone", "AWSURL": "Url"},
    "AWSIPAddress": "IpAddress",
}
_BUILT_IN = {"str", "int", "float", "bool"}
_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
_RELATIONS = {"hasMany": "has_many", "hasOne": "has_one", "belongsTo": "belongs_to"}
_CHECKS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "startsWith": "starts_with",
    "endsWith": "ends_with",
}
_MODES = {
    "aws_api_key": "allow.public_api_key()",
    "aws_iam": "allow.guest()",
    "aws_cognito_user_pools": "allow.authenticated()",
    "aws_oidc": 'allow.authenticated("oidc")',
    "aws_lambda": "allow.custom()",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A Python file's text, and notes about what could not be converted."""

    text: str
    notes: tuple[str, ...]


def convert(model_schema: str) -> Converted:
    """Return the Python for an annotated schema; raises GraphQLSyntaxError."""
    return _Conversion(model_schema).converted()


def snake(name: str) -> str:
    """Return ``chatId`` as ``chat_id`` if that converts back to the same name; else unchanged."""
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)
    first, *others = words.split("_")
    back = first + "".join(part[:1].upper() + part[1:] for part in others)
    return words if back == name and words == words.lower() else name


@dataclass
class _Conversion:
    schema: str
    names: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def converted(self) -> Converted:
        """Convert the whole schema."""
        objects: dict[str, ObjectTypeDefinitionNode] = {}
        enums: list[EnumTypeDefinitionNode] = []
        for node in parse(self.schema).definitions:
            if isinstance(node, ObjectTypeDefinitionNode):
                objects[node.name.value] = node
            elif isinstance(node, EnumTypeDefinitionNode):
                enums.append(node)
        self.models = [name for name, each in objects.items() if _directive(each, "model")]
        parts = [self._enum(each) for each in enums]
        custom = [
            each for name, each in objects.items() if name not in self.models and name not in _ROOTS
        ]
        parts += [self._custom_type(each) for each in custom]
        parts += [self._model(objects[name]) for name in self.models]
        operations: list[str] = []
        for root, kind in _ROOTS.items():
            for each in objects[root].fields if root in objects else ():
                parts.append(self._operation(kind, each))
                operations.append(snake(each.name.value))
        self.names.add("define_data")
        lines = ["data = define_data(", f"    models=[{', '.join(self.models)}],"]
        if operations:
            lines.append(f"    operations=[{', '.join(operations)}],")
        parts.append("\n".join([*lines, ")"]))
        self.notes.append(
            "define_data: the authorization modes are not in the schema; set "
            "default_authorization, api_key_days and the like as in defineData."
        )
        imports = "\n".join(f"    {name}," for name in sorted(self.names, key=str.lower))
        head = (
            '"""Converted from TypeScript; each TODO names a file that only you can write."""\n\n'
        )
        if enums:
            head += "from enum import Enum\n\n"
        head += f"from amplify_tui import (\n{imports}\n)\n"
        return Converted(head + "\n\n" + "\n\n\n".join(parts) + "\n", tuple(self.notes))

    # -- types ------------------------------------------------------------------------------------

    def _enum(self, node: EnumTypeDefinitionNode) -> str:
        values = [f"    {each.name.value} = {number}" for number, each in enumerate(node.values, 1)]
        return "\n".join([f"class {node.name.value}(Enum):", *values])

    def _custom_type(self, node: ObjectTypeDefinitionNode) -> str:
        self.names.add("CustomType")
        lines = [self._field(node.name.value, each) for each in node.fields]
        return "\n".join([f"class {node.name.value}(CustomType):", *lines])

    def _model(self, node: ObjectTypeDefinitionNode) -> str:
        self.names.add("Model")
        name = node.name.value
        options = []
        identifier = self._identifier(node)
        if identifier:
            options.append(f"identifier={_tuple(identifier)}")
        indexes = [
            self._index(each.name.value, directive)
            for each in node.fields
            for directive in each.directives
            if directive.name.value == "index"
        ]
        if indexes:
            options.append(f"indexes=[{', '.join(indexes)}]")
        model = _directive(node, "model")
        disabled = self._disabled(_arguments(model)) if model else []
        if disabled:
            options.append(f"disable={disabled!r}".replace("'", '"'))
        rules = self._rules(node)
        if rules:
            options.append(f"rules=[{', '.join(rules)}]")
        head = f"class {name}(Model, {', '.join(options)}):"
        if len(head) > 96:
            head = "\n".join(
                [f"class {name}(", "    Model,", *(f"    {each}," for each in options), "):"]
            )
        return "\n".join([head, *(self._field(name, each) for each in node.fields)])

    def _identifier(self, node: ObjectTypeDefinitionNode) -> list[str]:
        for each in node.fields:
            directive = _directive(each, "primaryKey")
            if directive is not None:
                sort = _arguments(directive).get("sortKeyFields") or []
                found = [each.name.value, *([sort] if isinstance(sort, str) else sort)]
                return [] if found == ["id"] else [snake(name) for name in found]
        return []

    def _index(self, partition: str, directive: ConstDirectiveNode) -> str:
        self.names.add("index")
        given = _arguments(directive)
        parts = [_quoted(snake(partition))]
        sort = given.get("sortKeyFields") or []
        if sort:
            parts.append(f"sort={_tuple([snake(name) for name in sort])}")
        if given.get("queryField"):
            parts.append(f"query={_quoted(given['queryField'])}")
        elif "queryField" in given:
            parts.append("query=None")
        if given.get("name"):
            parts.append(f"name={_quoted(given['name'])}")
        projection = given.get("projection") or {}
        if projection.get("type") and projection["type"] != "ALL":
            parts.append(f"projection={_quoted(projection['type'])}")
        if projection.get("nonKeyAttributes"):
            included = [snake(name) for name in projection["nonKeyAttributes"]]
            parts.append(f"included={_tuple(included)}")
        return f"index({', '.join(parts)})"

    def _disabled(self, given: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for section in ("queries", "mutations"):
            value = given.get(section, {})
            if section in given and value is None:
                found.append(section)
            else:
                found += [name for name, each in (value or {}).items() if each is None]
        if "subscriptions" in given:
            value = given["subscriptions"]
            if value is None:
                found.append("subscriptions")
            else:
                found += [snake(name) for name, each in value.items() if each is None]
        return found

    # -- fields -----------------------------------------------------------------------------------

    def _field(self, owner: str, node: FieldDefinitionNode) -> str:
        name = snake(node.name.value)
        for directive in node.directives:
            kind = _RELATIONS.get(directive.name.value)
            if kind is not None:
                return self._relation(node, directive, kind)
        annotation = self._annotation(node.type)
        # Underscores in the API's names would become camelCase.
        options = [f"name={_quoted(node.name.value)}"] if "_" in node.name.value else []
        default = _directive(node, "default")
        if default is not None:
            options.append(f"default={self._default(node, _arguments(default)['value'])}")
        messages: dict[str, str] = {}
        for directive in node.directives:
            if directive.name.value == "validate":
                given = _arguments(directive)
                check = _CHECKS.get(given["type"], given["type"])
                value = given.get("value") or ""
                is_text = check in ("starts_with", "ends_with", "matches")
                flag = check in ("positive", "negative")
                options.append(
                    f"{check}={_quoted(value) if is_text else 'True' if flag else value}"
                )
                if given.get("errorMessage"):
                    messages[check] = given["errorMessage"]
        if messages:
            shown = ", ".join(
                f"{_quoted(check)}: {_quoted(text)}" for check, text in messages.items()
            )
            options.append(f"message={{{shown}}}")
        rules = self._rules(node)
        if rules:
            options.append(f"rules=[{', '.join(rules)}]")
        if not options:
            return f"    {name}: {annotation}"
        self.names.add("field")
        return f"    {name}: {annotation} = field({', '.join(options)})"

    def _relation(self, node: FieldDefinitionNode, directive: ConstDirectiveNode, kind: str) -> str:
        self.names.add(kind)
        inner: Any = node.type
        while isinstance(inner, ListTypeNode | NonNullTypeNode):
            inner = inner.type
        model = inner.name.value
        annotation = f'"list[{model}]"' if kind == "has_many" else f'"{model} | None"'
        references = [snake(each) for each in _arguments(directive).get("references") or []]
        named = _quoted(references[0]) if len(references) == 1 else _tuple(references)
        rules = self._rules(node)
        more = f", rules=[{', '.join(rules)}]" if rules else ""
        return f"    {snake(node.name.value)}: {annotation} = {kind}({named}{more})"

    def _annotation(self, node: Any) -> str:
        required = isinstance(node, NonNullTypeNode)
        bare = node.type if isinstance(node, NonNullTypeNode) else node
        if isinstance(bare, ListTypeNode):
            written = f"list[{self._annotation(bare.type)}]"
        else:
            kind = bare.name.value
            written = _SCALARS.get(kind, kind)
            if kind in _SCALARS and written not in _BUILT_IN:
                self.names.add(written)
        return written if required else f"{written} | None"

    def _default(self, node: FieldDefinitionNode, value: str) -> str:
        bare: Any = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
        kind = bare.name.value if not isinstance(bare, ListTypeNode) else "String"
        if kind == "Boolean":
            return "True" if value == "true" else "False"
        return value if kind in ("Int", "Float", "AWSTimestamp") else _quoted(value)

    # -- rules ------------------------------------------------------------------------------------

    def _rules(self, node: ObjectTypeDefinitionNode | FieldDefinitionNode) -> list[str]:
        directive = _directive(node, "auth")
        if directive is None:
            return []
        self.names.add("allow")
        return [self._rule(rule) for rule in _arguments(directive)["rules"]]

    def _rule(self, rule: dict[str, Any]) -> str:
        strategy, provider = rule["allow"], rule.get("provider")
        if strategy == "public":
            written = "allow.guest()" if provider == "identityPool" else "allow.public_api_key()"
        elif strategy == "private":
            written = f"allow.authenticated({_quoted(provider) if provider else ''})"
        elif strategy == "custom":
            written = "allow.custom()"
        elif strategy == "owner":
            written = self._owner(rule.get("ownerField") or "owner", provider)
        elif rule.get("groupsField"):
            written = f"allow.group_defined_in({_quoted(snake(rule['groupsField']))})"
            if self._is_list(rule["groupsField"]):
                written = written.replace("group_defined", "groups_defined")
        else:
            groups = ", ".join(_quoted(group) for group in rule.get("groups") or [])
            written = f"allow.groups([{groups}])"
        if rule.get("identityClaim"):
            written += f".identity_claim({_quoted(rule['identityClaim'])})"
        if rule.get("groupClaim"):
            written += f".group_claim({_quoted(rule['groupClaim'])})"
        if rule.get("operations"):
            written += f".to({', '.join(_quoted(each) for each in rule['operations'])})"
        return written

    def _owner(self, owner: str, provider: str | None) -> str:
        more = _quoted(provider) if provider else ""
        if owner == "owner":
            return f"allow.owner({more})"
        name = "owners_defined_in" if self._is_list(owner) else "owner_defined_in"
        return f"allow.{name}({_quoted(snake(owner))}{', ' + more if more else ''})"

    def _is_list(self, name: str) -> bool:
        """Whether the models' field of this name is a list."""
        return re.search(rf"(?m)^\s*{re.escape(name)}: \[", self.schema) is not None

    # -- operations -------------------------------------------------------------------------------

    def _operation(self, kind: str, node: FieldDefinitionNode) -> str:
        self.names |= {kind, "allow"}
        name = node.name.value
        rules = self._rules(node) or self._modes(node)
        options = []
        follows = _directive(node, "aws_subscribe")
        if kind == "subscription":
            names = _arguments(follows).get("mutations", []) if follows is not None else []
            options.append(f"on=[{', '.join(_quoted(each) for each in names)}]")
        function = _directive(node, "function")
        above = ""
        if function is not None:
            self.names |= {"define_function", "function"}
            variable = f"{snake(name)}_function"
            called = _quoted(_arguments(function)["name"])
            above = f'{variable} = define_function("TODO-{name}.py", name={called})\n\n\n'
            options.append(f"handler=function({variable})")
            self.notes.append(
                f"{name}: its function is not in the schema; write its file and options into "
                "define_function."
            )
        elif kind != "subscription":
            self.names.add("javascript")
            options.append(f'handler=javascript("TODO-{name}.js")')
            self.notes.append(
                f"{name}: name its handler's file and source in handler=javascript(…)."
            )
        options.append(f"rules=[{', '.join(rules)}]")
        arguments = ", ".join(
            f"{snake(each.name.value)}: {self._annotation(each.type)}" for each in node.arguments
        )
        returned = self._annotation(node.type)
        lines = [f"@{kind}(", *(f"    {each}," for each in options), ")"]
        return above + "\n".join([*lines, f"def {snake(name)}({arguments}) -> {returned}: ..."])

    def _modes(self, node: FieldDefinitionNode) -> list[str]:
        found = []
        for directive in node.directives:
            written = _MODES.get(directive.name.value)
            groups = _arguments(directive).get("cognito_groups")
            if groups:
                written = f"allow.groups([{', '.join(_quoted(each) for each in groups)}])"
            found += [written] if written else []
        return found


def _directive(
    node: ObjectTypeDefinitionNode | FieldDefinitionNode, name: str
) -> ConstDirectiveNode | None:
    return next((each for each in node.directives if each.name.value == name), None)


def _arguments(directive: ConstDirectiveNode) -> dict[str, Any]:
    return {each.name.value: value_from_ast_untyped(each.value) for each in directive.arguments}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _tuple(names: Iterable[str]) -> str:
    written = [_quoted(name) for name in names]
    return f"({written[0]},)" if len(written) == 1 else f"({', '.join(written)})"

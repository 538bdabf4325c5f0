"""The model introspection in ``amplify_outputs.json``: what client libraries know of the models.

Made from the annotated schema as ``@aws-amplify/graphql-generator`` makes it, version 1.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    parse,
    value_from_ast_untyped,
)

from workbench.backend.definitions.schema import Index, Model
from workbench.backend.graphql.names import index_name, plural

_ROOTS = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
_ALL = ["create", "update", "delete", "read"]
_STAMPS = ("createdAt", "updatedAt")


def introspect(model_schema: str) -> dict[str, Any]:
    """The introspection of an annotated schema; raises GraphQLSyntaxError for what is none.

    Rules of single fields are left out, as the generator leaves them.
    """
    return _Introspection(parse(model_schema)).document()


class _Introspection:
    def __init__(self, document: DocumentNode) -> None:
        self._objects: dict[str, ObjectTypeDefinitionNode] = {}
        self._enums: dict[str, list[str]] = {}
        for node in document.definitions:
            if isinstance(node, ObjectTypeDefinitionNode):
                self._objects[node.name.value] = node
            elif isinstance(node, EnumTypeDefinitionNode):
                self._enums[node.name.value] = [each.name.value for each in node.values]
        self._models = {
            name for name, node in self._objects.items() if _directive(node, "model") is not None
        }

    def document(self) -> dict[str, Any]:
        """All of it, without sections that would be empty where the generator leaves them out."""
        found: dict[str, Any] = {
            "version": 1,
            "models": {
                name: self._model(name, node)
                for name, node in self._objects.items()
                if name in self._models
            },
            "enums": {
                name: {"name": name, "values": values} for name, values in self._enums.items()
            },
            "nonModels": {
                name: {
                    "name": name,
                    "fields": {each.name.value: self._field(each) for each in node.fields},
                }
                for name, node in self._objects.items()
                if name not in self._models and name not in _ROOTS
            },
        }
        for root, section in _ROOTS.items():
            if root in self._objects:
                found[section] = {
                    each.name.value: self._operation(each) for each in self._objects[root].fields
                }
        inputs = self._inputs()
        if inputs:
            found["inputs"] = inputs
        return found

    # -- models -----------------------------------------------------------------------------------

    def _model(self, name: str, node: ObjectTypeDefinitionNode) -> dict[str, Any]:
        written = {each.name.value: each for each in node.fields}
        key = next(
            (
                (each.name.value, _arguments(found).get("sortKeyFields") or [])
                for each in node.fields
                if (found := _directive(each, "primaryKey")) is not None
            ),
            None,
        )
        fields: dict[str, Any] = {}
        if key is None and "id" not in written:
            fields["id"] = _plain("id", "ID", required=True)
        for each in node.fields:
            fields[each.name.value] = self._model_field(name, each)
        for stamp in _STAMPS:
            if stamp not in written:
                fields[stamp] = {**_plain(stamp, "AWSDateTime"), "isReadOnly": True}
        attributes: list[dict[str, Any]] = [{"type": "model", "properties": {}}]
        first, sort = key if key is not None else ("id", [])
        if key is not None:
            attributes.append({"type": "key", "properties": {"fields": [first, *sort]}})
        attributes += self._indexes(name, node)
        rules = _directive(node, "auth")
        if rules is not None:
            attributes.append({"type": "auth", "properties": {"rules": _rules(rules)}})
        return {
            "name": name,
            "fields": fields,
            "syncable": True,
            "pluralName": plural(name),
            "attributes": attributes,
            "primaryKeyInfo": {
                "isCustomPrimaryKey": key is not None and first != "id",
                "primaryKeyFieldName": first,
                "sortKeyFieldNames": sort,
            },
        }

    def _indexes(self, name: str, node: ObjectTypeDefinitionNode) -> list[dict[str, Any]]:
        found = []
        for each in node.fields:
            for directive in each.directives:
                if directive.name.value == "index":
                    given = _arguments(directive)
                    sort = tuple(given.get("sortKeyFields") or ())
                    index = Index(each.name.value, sort, name=given.get("name") or "")
                    properties = {
                        "name": index_name(Model(name, ()), index),
                        "queryField": given.get("queryField"),
                        "fields": [each.name.value, *sort],
                    }
                    found.append({"type": "key", "properties": properties})
        return found

    def _model_field(self, model: str, node: FieldDefinitionNode) -> dict[str, Any]:
        found = self._field(node)
        for directive in node.directives:
            references = _arguments(directive).get("references") or []
            kind = directive.name.value
            if kind == "belongsTo":
                found["association"] = {
                    "connectionType": "BELONGS_TO",
                    "targetNames": references,
                }
            elif kind == "hasMany":
                found["association"] = {
                    "connectionType": "HAS_MANY",
                    "associatedWith": references,
                }
            elif kind == "hasOne":
                found["association"] = {
                    "connectionType": "HAS_ONE",
                    "associatedWith": references,
                    "targetNames": [],
                }
        return found

    # -- fields -----------------------------------------------------------------------------------

    def _field(self, node: FieldDefinitionNode) -> dict[str, Any]:
        found = {"name": node.name.value, **self._typed(node.type), "attributes": []}
        nullable = found.pop("isArrayNullable", None)
        if nullable is not None:
            found["isArrayNullable"] = nullable
        return found

    def _typed(self, node: TypeNode) -> dict[str, Any]:
        outer_required = isinstance(node, NonNullTypeNode)
        bare: Any = node.type if isinstance(node, NonNullTypeNode) else node
        if isinstance(bare, ListTypeNode):
            inner: Any = bare.type
            required = isinstance(inner, NonNullTypeNode)
            named: Any = inner.type if isinstance(inner, NonNullTypeNode) else inner
            return {
                "isArray": True,
                "type": self._kind(named),
                "isRequired": required,
                "isArrayNullable": not outer_required,
            }
        return {"isArray": False, "type": self._kind(bare), "isRequired": outer_required}

    def _kind(self, node: Any) -> Any:
        name = node.name.value
        if name in self._models:
            return {"model": name}
        if name in self._enums:
            return {"enum": name}
        return {"nonModel": name} if name in self._objects else name

    def _operation(self, node: FieldDefinitionNode) -> dict[str, Any]:
        found: dict[str, Any] = {"name": node.name.value, **self._typed(node.type)}
        if node.arguments:
            found["arguments"] = {each.name.value: self._argument(each) for each in node.arguments}
        return found

    def _argument(self, node: InputValueDefinitionNode) -> dict[str, Any]:
        found = {"name": node.name.value, **self._typed(node.type)}
        kind = found["type"]
        if isinstance(kind, dict) and "nonModel" in kind:
            found["type"] = {"input": f"{kind['nonModel']}Input"}
        return found

    def _inputs(self) -> dict[str, Any]:
        """The inputs of custom types that arguments use."""
        used: dict[str, None] = {}

        def use(node: Any) -> None:
            bare = node
            while not isinstance(bare, NamedTypeNode):
                bare = bare.type
            name = bare.name.value
            if name in self._objects and name not in self._models and name not in used:
                used[name] = None
                for each in self._objects[name].fields:
                    use(each.type)

        for root in _ROOTS:
            if root in self._objects:
                for each in self._objects[root].fields:
                    for argument in each.arguments:
                        use(argument.type)
        return {
            f"{name}Input": {
                "name": f"{name}Input",
                "attributes": {
                    each.name.value: self._argument_like(each)
                    for each in self._objects[name].fields
                },
            }
            for name in used
        }

    def _argument_like(self, node: FieldDefinitionNode) -> dict[str, Any]:
        found = {"name": node.name.value, **self._typed(node.type)}
        kind = found["type"]
        if isinstance(kind, dict) and "nonModel" in kind:
            found["type"] = {"input": f"{kind['nonModel']}Input"}
        return found


def _plain(name: str, kind: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "isArray": False,
        "type": kind,
        "isRequired": required,
        "attributes": [],
    }


def _rules(directive: ConstDirectiveNode) -> list[dict[str, Any]]:
    found = []
    for rule in _arguments(directive)["rules"]:
        operations = rule.get("operations") or _ALL
        strategy = rule["allow"]
        provider = rule.get("provider")
        if strategy == "owner":
            shown = {
                "provider": provider or "userPools",
                "ownerField": rule.get("ownerField", "owner"),
                "allow": "owner",
                "identityClaim": rule.get("identityClaim", "cognito:username"),
            }
        elif strategy == "groups":
            shown = {
                "groupClaim": rule.get("groupClaim", "cognito:groups"),
                "provider": provider or "userPools",
                "allow": "groups",
            }
            if "groups" in rule:
                shown["groups"] = rule["groups"]
            if "groupsField" in rule:
                shown["groupsField"] = rule["groupsField"]
                # Whatever the field is called: the generator's own default.
                shown["groupField"] = "groups"
        else:
            shown = {"allow": strategy}
            if provider:
                shown["provider"] = provider
        found.append({**shown, "operations": operations})
    return found


def _directive(
    node: ObjectTypeDefinitionNode | FieldDefinitionNode, name: str
) -> ConstDirectiveNode | None:
    return next((each for each in node.directives if each.name.value == name), None)


def _arguments(directive: ConstDirectiveNode) -> dict[str, Any]:
    return {each.name.value: value_from_ast_untyped(each.value) for each in directive.arguments}

"""The Python matrix has the schema and introspection of the TypeScript one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import Node, parse, print_ast

from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.graphql.api_schema import write_api_schema
from workbench.backend.graphql.introspection import introspect
from workbench.backend.graphql.model_schema import write_model_schema

pytestmark = pytest.mark.npm

AMPLIFY = Path(__file__).parents[1] / "matrix" / "amplify"
ONLY_THERE = {"AmplifyAIConversationTurnErrorInput"}
"""Every TypeScript schema has it, for conversations, which need Amazon Bedrock."""


@pytest.fixture(scope="module")
def data() -> Iterator[DataDefinition]:
    """The Python matrix's definition."""
    before = set(sys.modules)
    sys.path.insert(0, str(AMPLIFY))
    try:
        from data.resource import data as found  # type: ignore[import-not-found]

        yield found
    finally:
        sys.path.remove(str(AMPLIFY))
        for name in set(sys.modules) - before:
            if name.split(".")[0] in ("data", "functions", "auth"):
                del sys.modules[name]


def surface(text: str) -> dict[str, dict[str, Any]]:
    """Each type's members with their types, arguments and directives, in no order."""

    def directives(node: Any) -> list[str]:
        return sorted(print_ast(each) for each in node.directives or ())

    found: dict[str, dict[str, Any]] = {}
    for node in parse(text).definitions:
        members: list[Node] = [
            *(getattr(node, "fields", None) or getattr(node, "values", None) or ())
        ]
        found[node.name.value] = {  # type: ignore[attr-defined]
            "": directives(node),
            **{
                member.name.value: (  # type: ignore[attr-defined]
                    print_ast(member.type) if hasattr(member, "type") else "",
                    sorted(print_ast(each) for each in getattr(member, "arguments", None) or ()),
                    directives(member),
                )
                for member in members
            },
        }
    return found


def test_the_api_has_the_same_surface(matrix: Deployed, data: DataDefinition) -> None:
    assembly = matrix.project / ".amplify" / "artifacts" / "cdk.out"
    (file,) = [
        each for each in assembly.glob("asset.*.graphql") if "type Query" in each.read_text()
    ]
    theirs = surface(file.read_text())
    ours = surface(write_api_schema(data.schema, data.modes))
    assert set(theirs) - set(ours) == ONLY_THERE
    assert set(ours) <= set(theirs)
    assert ours == {name: theirs[name] for name in ours}


def test_client_libraries_are_told_the_same(matrix: Deployed, data: DataDefinition) -> None:
    theirs = matrix.outputs["data"]["model_introspection"]
    assembly = matrix.project / ".amplify" / "artifacts" / "cdk.out"
    (file,) = assembly.glob("asset.*/model-schema.graphql")
    assert introspect(file.read_text()) == theirs
    ours = introspect(write_model_schema(data.schema))
    assert json.loads(json.dumps(ours)) == theirs

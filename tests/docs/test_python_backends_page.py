"""The page's Python runs, and its schemas are those of the TypeScript beside them."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import ListValueNode, ObjectValueNode, parse, print_ast

import workbench.backend.public
from amplify_tui import LambdaAuthorizer, Model, Oidc, define_data
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.graphql.model_schema import write_model_schema
from workbench.backend.schema.operations import OperationDeclaration
from workbench.project.node_runtime import NodeRuntime

PAGE = Path(__file__).parents[2] / "docs" / "python-backends.md"
NAMES = sorted(set(workbench.backend.public.__all__) - {"Backend", "define_backend"})
HEAD = f"""\
from enum import Enum
from typing import Literal
from amplify_tui import {", ".join(NAMES)}
shout = define_function("shout.py")
"""
BACKEND = """\
from aws_cdk import aws_sns
from amplify_tui import define_backend
class Todo(Model, rules=[allow.owner()]):
    content: str | None
auth = define_auth(email=True)
data = define_data(models=[Todo])
storage = define_storage("pictures")
report = shout
"""
CONTEXT = {
    "amplify-backend-namespace": "app",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}
TRANSFORM = """
const { createRequire } = require('node:module');
const { a } = createRequire(process.argv[1] + '/')('@aws-amplify/data-schema');
const shout = { getInstance: () => null };
const answers = JSON.parse(require('node:fs').readFileSync(0, 'utf8')).map((text) => {
  const schema = text.startsWith('a.schema(') ? text : `a.schema({${text}\\n})`;
  return new Function('a', 'shout', `return ${schema}`)(a, shout).transform().schema;
});
process.stdout.write(JSON.stringify(answers));
"""


@dataclass(frozen=True)
class Pair:
    typescript: str
    python: str

    @property
    def title(self) -> str:
        """Its first line."""
        return self.typescript.partition("\n")[0]

    @property
    def is_schema(self) -> bool:
        """Whether the TypeScript is of a schema, not of the calls around one."""
        return not self.typescript.startswith(("export const", "const"))

    @property
    def is_backend(self) -> bool:
        """Whether it gathers the definitions, for which it needs aws_cdk."""
        return "define_backend(" in self.python


def _pairs() -> list[Pair]:
    cells = r"```ts\n(.*?)\n```.*?```python\n(.*?)\n```"
    return [Pair(*each) for each in re.findall(cells, PAGE.read_text(encoding="utf-8"), re.DOTALL)]


PAIRS = _pairs()
DEFINITIONS = [pair for pair in PAIRS if not pair.is_backend]
SCHEMAS = [pair for pair in PAIRS if pair.is_schema]


def _ids(pairs: list[Pair]) -> list[str]:
    return [f"{number} {pair.title}" for number, pair in enumerate(pairs, 1)]


def _run(pair: Pair, folder: Path) -> dict[str, Any]:
    (folder / "shout.py").write_text("def handler(event, context):\n    return 'hey'\n")
    (folder / "cheapest.js").write_text("export const request = () => ({});\n")
    file = folder / "resource.py"
    file.write_text(HEAD + pair.python + "\n")
    return runpy.run_path(str(file))


def _data(names: dict[str, Any], shout: FunctionDefinition) -> DataDefinition:
    """What the cell defined as ``data``, or a definition of all that it declares."""
    if "data" in names:
        found = names["data"]
        assert isinstance(found, DataDefinition)
        return found
    classes = [each for each in names.values() if isinstance(each, type)]
    return define_data(
        models=[each for each in classes if issubclass(each, Model) and each is not Model],
        operations=[each for each in names.values() if isinstance(each, OperationDeclaration)],
        default_authorization="user_pool",
        api_key_days=7,
        lambda_authorizer=LambdaAuthorizer(shout),
        oidc=Oidc("https://issuer.example.com"),
    )


@pytest.mark.parametrize("pair", DEFINITIONS, ids=_ids(DEFINITIONS))
def test_the_python_defines_what_it_says(pair: Pair, tmp_path: Path) -> None:
    names = _run(pair, tmp_path)
    if pair.is_schema:
        schema = _data(names, names["shout"]).schema
        assert schema.models or schema.operations
        return
    # It gives its definition the name that the TypeScript exports.
    (exported,) = re.findall(r"^export const (\w+)", pair.typescript, re.MULTILINE)
    assert type(names[exported]).__name__.endswith(("Definition", "Reference"))


@pytest.mark.npm
def test_both_sides_are_one_schema(
    node_runtime: NodeRuntime, npm_modules: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [str(node_runtime.executable), "-e", TRANSFORM, str(npm_modules.parent)],
        input=json.dumps([pair.typescript for pair in SCHEMAS]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[str] = json.loads(done.stdout)
    assert len(answers) == len(SCHEMAS) > 10
    for pair, answer in zip(SCHEMAS, answers, strict=True):
        names = _run(pair, tmp_path)
        written = write_model_schema(_data(names, names["shout"]).schema)
        ours, theirs = _surface(written), _surface(answer)
        assert ours.keys() == theirs.keys(), pair.title
        for name, members in theirs.items():
            assert ours[name] == members, f"{pair.title}: {name}"


def test_the_backend_is_made(tmp_path: Path, node_runtime: NodeRuntime) -> None:
    (pair,) = [pair for pair in PAIRS if pair.is_backend]
    (tmp_path / "shout.py").write_text("def handler(event, context):\n    return 'hey'\n")
    (tmp_path / "backend.py").write_text(f"{HEAD}{BACKEND}\n{pair.python}\n")
    done = subprocess.run(
        [sys.executable, "backend.py"],
        cwd=tmp_path,
        env={
            **os.environ,
            "CDK_OUTDIR": str(tmp_path / "out"),
            "CDK_CONTEXT_JSON": json.dumps(CONTEXT),
            "JSII_NODE": str(node_runtime.executable),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    templates = [
        json.loads(file.read_text()) for file in (tmp_path / "out").glob("*.template.json")
    ]
    resources = [each for one in templates for each in one.get("Resources", {}).values()]
    kinds = {each["Type"] for each in resources}
    assert {"AWS::SNS::Topic", "AWS::S3::Bucket", "AWS::AppSync::GraphQLApi"} <= kinds
    (pool,) = [each for each in resources if each["Type"] == "AWS::Cognito::UserPool"]
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"


def _surface(text: str) -> dict[str, Any]:
    """Each type with its members, their types, arguments and directives, in no order."""
    found: dict[str, Any] = {}
    for node in parse(text).definitions:
        name = node.name.value  # type: ignore[attr-defined]
        members: list[Any] = [
            *(getattr(node, "fields", None) or getattr(node, "values", None) or ())
        ]
        found[name] = {
            "": _directives(node),
            **{
                each.name.value: (
                    print_ast(each.type) if hasattr(each, "type") else "",
                    sorted(print_ast(one) for one in getattr(each, "arguments", None) or ()),
                    _directives(each),
                )
                for each in members
            },
        }
    return found


def _directives(node: Any) -> list[tuple[str, list[str]]]:
    # A function has its own name here, and its operation's in TypeScript.
    return sorted(
        (
            each.name.value,
            sorted(
                one.name.value
                if each.name.value == "function" and one.name.value == "name"
                else f"{one.name.value}: {_value(one.value)}"
                for one in each.arguments
            ),
        )
        for each in node.directives or ()
    )


def _value(node: Any) -> str:
    """A value in the order of its names; a rule's operations are in no order."""
    if isinstance(node, ListValueNode):
        return f"[{', '.join(_value(each) for each in node.values)}]"
    if isinstance(node, ObjectValueNode):
        written = {each.name.value: _value(each.value) for each in node.fields}
        if "operations" in written:
            written["operations"] = str(sorted(written["operations"].strip("[]").split(", ")))
        return str(sorted(written.items()))
    return print_ast(node)


def test_every_cell_is_of_a_pair() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```python") == text.count("```ts") == len(PAIRS)

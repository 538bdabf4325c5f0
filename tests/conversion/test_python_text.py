"""Converted Python means the same: it leads back to the schema that it was made from."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.sandbox_process import run_command
from tests.localcloud.appsync.matrix.deployed import Deployed
from workbench.backend.graphql.introspection import introspect
from workbench.backend.graphql.model_schema import write_model_schema
from workbench.conversion.python_text import convert, snake

SMALL = """
type Todo @model(mutations: {delete: null}, subscriptions: null) @auth(rules: [
  {allow: owner, ownerField: "writerName", operations: [create, read]},
  {allow: groups, groupsField: "teams"}])
{
  tenantId: String! @primaryKey(sortKeyFields: ["number"])
  number: Int!
  title: String! @validate(type: minLength, value: "3", errorMessage: "too \\"short\\"")
  done: Boolean @default(value: "false")
  stars: Int @default(value: "3")
  kind: Kind @index(sortKeyFields: ["number"], queryField: "byKind")
  writerName: String
  teams: [String]
  url_of: AWSURL
  notes: [Note] @hasMany(references: ["todoTenantId", "todoNumber"])
}
type Note @model @auth(rules: [{allow: private, provider: identityPool}])
{
  todoTenantId: String
  todoNumber: Int
  secret: AWSJSON @auth(rules: [{allow: public, provider: apiKey, operations: [get]}])
  todo: Todo @belongsTo(references: ["todoTenantId", "todoNumber"])
}
enum Kind { HOME WORK }
"""


def evaluated(text: str, folder: Path) -> Any:
    """The converted file's ``data``, with a file for each handler that it could not name."""
    file = folder / "converted_resource.py"
    file.write_text(text)
    for line in text.splitlines():
        if "TODO-" in line:
            name = line.partition('"')[2].partition('"')[0]
            (folder / name).write_text("export const request = () => ({});\n")
    spec = importlib.util.spec_from_file_location("converted_resource", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["converted_resource"] = module
    try:
        spec.loader.exec_module(module)
        return module.data
    finally:
        del sys.modules["converted_resource"]


def test_a_schema_leads_back_to_itself(tmp_path: Path) -> None:
    converted = convert(SMALL)
    schema = evaluated(converted.text, tmp_path).schema
    assert introspect(write_model_schema(schema)) == introspect(SMALL)
    todo = schema.models[0]
    assert set(todo.disabled) == {"delete", "subscriptions"}
    assert [(check.name, check.message) for check in todo.fields[2].validators] == [
        ("minLength", 'too "short"')
    ]
    assert (todo.fields[3].default, todo.fields[4].default) == (False, 3)
    assert {field.name for field in todo.fields} >= {"tenantId", "url_of"}
    assert len(converted.notes) == 1  # the authorization modes


@pytest.mark.npm
def test_the_command_converts_a_real_project(matrix: Deployed, tmp_path: Path) -> None:
    file = tmp_path / "resource.py"
    done = run_command(matrix.project, "convert", "--out", str(file))
    assert done.returncode == 0, done.stderr
    for words in ("shout: its function is not in the schema", "cheapest: name its handler"):
        assert words in done.stderr
    text = file.read_text().replace(
        "data = define_data(", "data = define_data(\n    lambda_authorizer=AUTHORIZER,"
    )
    (tmp_path / "authorizer.py").write_text("def handler(event, context): ...\n")
    head = (
        "from amplify_tui import LambdaAuthorizer, define_function\n"
        "AUTHORIZER = LambdaAuthorizer(define_function('authorizer.py', name='authorizer'))\n"
    )
    schema = evaluated(head + text, tmp_path).schema
    theirs = matrix.outputs["data"]["model_introspection"]
    assert introspect(write_model_schema(schema)) == theirs
    again = run_command(matrix.project, "convert", "--out", str(file))
    assert again.returncode != 0
    assert "already exists" in again.stderr + again.stdout


def test_a_project_without_a_synth_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "amplify").mkdir()
    (tmp_path / "amplify" / "backend.ts").write_text("")
    (tmp_path / "package.json").write_text('{"name": "app"}')
    done = run_command(tmp_path, "convert")
    assert done.returncode != 0
    assert "sandbox --once" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("name", "python"),
    [("chatId", "chat_id"), ("title", "title"), ("userID", "userID"), ("url_of", "url_of")],
)
def test_names_become_pythons_where_they_lead_back(name: str, python: str) -> None:
    assert snake(name) == python

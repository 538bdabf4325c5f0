"""The JavaScript of a real Amplify Gen 2 backend: custom handlers, a generation, a conversation."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import Effects, Facts, FieldError
from workbench.localcloud.appsync.javascript.code_errors import code_errors
from workbench.project.node_runtime import NodeRuntime

PROJECT = Path(__file__).with_name("gen2")
SYNTH = Path(__file__).parents[2] / "shapes" / "synth.mjs"
USER = {
    "sub": "s-1",
    "username": "ada",
    "claims": {"sub": "s-1", "username": "ada"},
    "groups": None,
}


@pytest.fixture(scope="module")
def codes(
    npm_modules: Path, tmp_path_factory: pytest.TempPathFactory, node_runtime: NodeRuntime
) -> dict[str, str]:
    """Every code text of the synthesised project, by the name of its function or field."""
    project = tmp_path_factory.mktemp("gen2") / "project"
    shutil.copytree(PROJECT, project)
    shutil.copy(SYNTH, project)
    (project / "node_modules").symlink_to(npm_modules, target_is_directory=True)
    (project / "package.json").write_text('{"name": "gen2", "type": "module"}')
    (project / "package-lock.json").write_text("{}")
    done = subprocess.run(
        [str(node_runtime.executable), "synth.mjs", str(project / "out")],
        cwd=project,
        env=node_runtime.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(_codes(project / "out"))


def _codes(out: Path) -> Iterator[tuple[str, str]]:
    for path in out.glob("*.template.json"):
        for resource in json.loads(path.read_text())["Resources"].values():
            properties = resource.get("Properties", {})
            if "Runtime" not in properties or "AppSync" not in resource["Type"]:
                continue
            name = properties.get("Name") or f"{properties['TypeName']}.{properties['FieldName']}"
            location = properties.get("CodeS3Location")
            if location is None:
                yield name, _text(properties["Code"])
            else:
                found = re.search("[0-9a-f]{64}", json.dumps(location))
                assert found
                [asset] = out.glob(f"asset.{found[0]}*")
                yield name, asset.read_text()


def _text(code: Any) -> str:
    """Code in a template, its references put as texts."""
    if isinstance(code, str):
        return code
    return "".join(part if isinstance(part, str) else "value" for part in code["Fn::Join"][1])


def _one(codes: dict[str, str], pattern: str) -> str:
    found = [code for name, code in codes.items() if re.search(pattern, name)]
    assert len(found) == 1, [name for name in codes if re.search(pattern, name)] or [*codes]
    return found[0]


def test_nothing_that_amplify_generates_is_refused(codes: dict[str, str]) -> None:
    assert len(codes) > 20
    assert {name: code_errors(code) for name, code in codes.items() if code_errors(code)} == {}


def test_custom_handlers(codes: dict[str, str], field: Field) -> None:
    like = _one(codes, "^Fn_Mutation_likePost")
    assert field.run(like, arguments={"postId": "p1"}).value == {
        "operation": "UpdateItem",
        "key": {"id": {"S": "p1"}},
        "update": {
            "expression": "ADD likes :plusOne",
            "expressionValues": {":plusOne": {"N": 1}},
        },
    }
    assert field.run(like, "response", result={"id": "p1"}).value == {"id": "p1"}
    posts = _one(codes, "^Fn_Query_postsByTag_1")
    assert field.run(posts, arguments={"tag": "news"}).value == {
        "operation": "Scan",
        "limit": 20,
        "filter": {
            "expression": "contains(#tags, :tags_contains)",
            "expressionNames": {"#tags": "tags"},
            "expressionValues": {":tags_contains": {"S": "news"}},
        },
    }
    liked = _one(codes, "^Fn_Query_postsByTag_2")
    result = [{"likes": 1}, {"likes": 0}, {"likes": None}]
    assert field.run(liked, "response", prev={"result": result}).value == [{"likes": 1}]


def test_a_custom_subscription_sets_its_filter(codes: dict[str, str], field: Field) -> None:
    receive = _one(codes, "^Fn_Subscription_receive")
    assert field.run(receive, "response", arguments={"tag": "news"}).value is None
    filters = [{"fieldName": "tags", "operator": "contains", "value": "news"}]
    assert field.effects.subscription_filter == {"filterGroup": [{"filters": filters}]}


def test_a_generated_resolver_fills_the_stash(codes: dict[str, str], field: Field) -> None:
    assert field.run(_one(codes, r"^Mutation\.chat$")).value == {}
    assert field.context["stash"]["typeName"] == "Mutation"
    assert field.context["stash"]["metadata"]["dataSourceType"] == "AWS_LAMBDA"
    value = field.run(
        _one(codes, r"^Mutation\.chat$"), "response", prev={"result": {"id": 1}}
    ).value
    assert value == {"id": 1}


def test_a_generation_asks_bedrock(codes: dict[str, str], field: Field) -> None:
    request = field.run(
        _one(codes, "QueryRecipeDataResolverFn"), arguments={"description": "soup"}
    ).value
    assert request["method"] == "POST"
    assert "/model/" in request["resourcePath"]
    assert "soup" in json.dumps(request["params"]["body"])


def _conversation(codes: dict[str, str], field: Field, *steps: str) -> list[Any]:
    """Run the request handlers of a message's pipeline in one context."""
    return [field.run(_one(codes, step)).value for step in steps]


def test_a_conversation_writes_the_message_of_its_owner(
    codes: dict[str, str], field: Field
) -> None:
    field.facts = Facts("User Pool Authorization")
    field.context["identity"] = USER
    field.context["request"] = {"headers": {"authorization": "token", "x-amz-user-agent": "me"}}
    arguments = {"conversationId": "c1", "content": [{"text": "hi"}]}
    field.context["arguments"] = field.context["args"] = arguments
    *_, session, message, invoke = _conversation(
        codes,
        field,
        r"^Mutation\.chat$",
        "^Mutationchatinit0Function",
        "^Mutationchatauth0Function",
        "^MutationchatverifySessionOwner0Function",
        "^MutationchatwriteMessageToTable0Function",
        "^MutationChatDataResolverFn",
    )
    owners = [{"S": "s-1::ada"}, {"S": "s-1"}, {"S": "ada"}]
    assert [*session["condition"]["expressionValues"].values()] == owners
    assert session["condition"]["expression"].count(" OR ") == 2
    message_id = field.context["stash"]["defaultValues"]["id"]
    assert message["key"] == {"id": {"S": message_id}}
    assert message["attributeValues"]["owner"] == {"S": "s-1"}
    assert message["attributeValues"]["content"] == {"L": [{"M": {"text": {"S": "hi"}}}]}
    assert invoke["invocationType"] == "Event"
    assert invoke["payload"]["currentMessageId"] == message_id
    assert "clientTools" not in invoke["payload"]["toolsConfiguration"]


def test_a_conversation_denies_who_is_no_user(codes: dict[str, str], field: Field) -> None:
    field.effects = Effects()
    with pytest.raises(FieldError):
        _conversation(codes, field, "^Mutationchatauth0Function")


def test_an_error_of_the_data_source_is_passed_on(codes: dict[str, str], field: Field) -> None:
    error = {"message": "gone", "type": "DynamoDB:ConditionalCheckFailedException"}
    with pytest.raises(FieldError) as raised:
        field.run(_one(codes, "^MutationchatverifySessionOwner0Function"), "response", error=error)
    assert raised.value.error_type == "ResourceNotFound"

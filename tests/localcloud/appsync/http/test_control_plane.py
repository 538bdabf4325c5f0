"""Calls of the control plane through boto3.

What they refuse, how they page, what outlives a stop.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """The code and the message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_nothing_is_made_over_what_exists(own_api: Any) -> None:
    client, api_id = own_api.client, own_api.id
    code, _ = refused(client.create_data_source, apiId=api_id, name="none", type="NONE")
    assert code == "BadRequestException"
    resolver = {"apiId": api_id, "typeName": "Query", "dataSourceName": "none"}
    assert refused(client.create_resolver, fieldName="hello", **resolver) == (
        "BadRequestException",
        "Only one resolver is allowed per field.",
    )
    assert refused(client.create_resolver, fieldName="nope", **resolver) == (
        "NotFoundException",
        "No field named nope found on type Query",
    )


def test_what_an_api_lacks_is_named_as_aws_names_it(own_api: Any) -> None:
    client, here = own_api.client, {"apiId": own_api.id}
    later = {**here, "typeName": "Query", "fieldName": "later"}
    for call, arguments, message in (
        (client.get_graphql_api, {"apiId": "nope"}, "GraphQL API nope not found."),
        (client.delete_api_key, {**here, "id": "da2-x"}, "API key not found: da2-x"),
        (client.get_resolver, {**later, "fieldName": "nope"}, "No resolver found."),
        (client.get_data_source, {**here, "name": "x"}, "No data source found named x"),
        (client.create_resolver, {**later, "dataSourceName": "x"}, "No data source found named x"),
        (
            client.create_resolver,
            {**later, "kind": "PIPELINE", "pipelineConfig": {"functions": ["a", "b"]}},
            "The specified functions [a,b] must exist before referencing them from a resolver.",
        ),
    ):
        assert refused(call, **arguments) == ("NotFoundException", message)


def test_a_function_in_use_stays(own_api: Any) -> None:
    client, api_id = own_api.client, own_api.id
    made = client.create_function(
        apiId=api_id,
        name="f",
        dataSourceName="none",
        requestMappingTemplate='{"payload": 3}',
        responseMappingTemplate="$util.toJson($ctx.result)",
        functionVersion="2018-05-29",
    )
    function_id = made["functionConfiguration"]["functionId"]
    place = {"apiId": api_id, "typeName": "Query", "fieldName": "later"}
    client.create_resolver(
        **place,
        kind="PIPELINE",
        pipelineConfig={"functions": [function_id]},
        requestMappingTemplate="{}",
        responseMappingTemplate='{"a": $ctx.prev.result}',
    )
    assert own_api.post("{ later { a } }").json() == {"data": {"later": {"a": 3}}}
    code, message = refused(client.delete_function, apiId=api_id, functionId=function_id)
    assert (code, "used by a resolver" in message) == ("BadRequestException", True)
    client.delete_resolver(**place)
    client.delete_function(apiId=api_id, functionId=function_id)
    assert client.list_functions(apiId=api_id)["functions"] == []


def test_lists_come_in_pages(own_api: Any) -> None:
    for number in range(4):
        own_api.client.create_data_source(apiId=own_api.id, name=f"n{number}", type="NONE")
    names: list[str] = []
    more: dict[str, str] = {}
    sizes = []
    while True:
        page = own_api.client.list_data_sources(apiId=own_api.id, maxResults=2, **more)
        sizes.append(len(page["dataSources"]))
        names += [source["name"] for source in page["dataSources"]]
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
    assert sizes == [2, 2, 1]
    assert sorted(names) == ["n0", "n1", "n2", "n3", "none"]


def test_keys_have_awss_form(own_api: Any) -> None:
    assert len(own_api.key) == 30
    assert own_api.key.startswith("da2-")
    assert own_api.key[4:].isalnum()


def test_a_schema_without_appsyncs_directives(own_api: Any) -> None:
    get = own_api.client.get_introspection_schema
    whole = get(apiId=own_api.id, format="SDL")["schema"].read().decode()
    plain = get(apiId=own_api.id, format="SDL", includeDirectives=False)["schema"].read().decode()
    assert "@aws_subscribe" in whole
    assert "@aws" not in plain
    assert "onSay(name: String): Said" in plain


def test_an_api_outlives_a_stop(cloud: tuple[LocalTarget, Path], own_api: Any) -> None:
    own_api.set_hello("kept $ctx.env.STAGE")
    own_api.client.put_graphql_api_environment_variables(
        apiId=own_api.id, environmentVariables={"STAGE": "local"}
    )
    assert own_api.post("{ hello }").json()["data"] == {"hello": "kept local"}
    lifecycle.stop(cloud[1])
    assert lifecycle.start(cloud[1]) == cloud[0]
    assert own_api.post("{ hello }").json()["data"] == {"hello": "kept local"}
    own_api.client.delete_graphql_api(apiId=own_api.id)
    assert own_api.post("{ hello }").status_code == 404


def test_types_are_parts_of_the_schema(own_api: Any) -> None:
    client, api_id = own_api.client, own_api.id
    client.create_type(apiId=api_id, definition="type More { b: Int }", format="SDL")
    changed = "type Later { a: Int more: More }"
    client.update_type(apiId=api_id, typeName="Later", definition=changed, format="SDL")
    assert own_api.post("{ later { more { b } } }").json() == {"data": {"later": None}}
    sdl = client.get_introspection_schema(apiId=api_id, format="SDL")["schema"].read().decode()
    assert changed in sdl
    again = {"apiId": api_id, "definition": "type More { c: Int }", "format": "SDL"}
    assert refused(client.create_type, **again)[1] == "Type More already exists"
    wrong = {"apiId": api_id, "typeName": "Later", "format": "SDL"}
    code, message = refused(client.update_type, definition="type Later { a: Nowhere }", **wrong)
    assert (code, "Nowhere" in message) == ("BadRequestException", True)
    # What the schema still uses cannot go.
    assert refused(client.delete_type, apiId=api_id, typeName="More")[0] == "BadRequestException"
    client.update_type(
        apiId=api_id, typeName="Later", definition="type Later { a: Int }", format="SDL"
    )
    client.delete_type(apiId=api_id, typeName="More")
    names = [found["name"] for found in client.list_types(apiId=api_id, format="SDL")["types"]]
    assert sorted(names) == ["Later", "Mutation", "Query", "Said", "Subscription"]

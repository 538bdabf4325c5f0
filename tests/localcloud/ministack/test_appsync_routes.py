"""AppSync calls beyond what ministack answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

SCHEMA = b'"What is asked"\ntype Query { hello: Thing }\ntype Thing { id: ID! }\n'


def _api(stacks: Stacks) -> tuple[Any, str]:
    appsync = stacks.clients.client("appsync")
    api = appsync.create_graphql_api(name="data", authenticationType="API_KEY")["graphqlApi"]
    appsync.start_schema_creation(apiId=api["apiId"], definition=SCHEMA)
    return appsync, api["apiId"]


def test_the_schema_has_types(stacks: Stacks) -> None:
    appsync, api_id = _api(stacks)
    types = appsync.list_types(apiId=api_id, format="SDL")["types"]
    assert [item["name"] for item in types] == ["Query", "Thing"]
    query = appsync.get_type(apiId=api_id, typeName="Query", format="SDL")["type"]
    assert query["description"] == "What is asked"
    assert "hello: Thing" in query["definition"]
    with pytest.raises(ClientError, match="NotFoundException"):
        appsync.get_type(apiId=api_id, typeName="Missing", format="SDL")


def test_a_function_knows_its_resolvers(stacks: Stacks) -> None:
    appsync, api_id = _api(stacks)
    appsync.create_data_source(apiId=api_id, name="none", type="NONE")
    used, unused = (
        appsync.create_function(apiId=api_id, name=name, dataSourceName="none")[
            "functionConfiguration"
        ]["functionId"]
        for name in ("used", "unused")
    )
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hello",
        kind="PIPELINE",
        pipelineConfig={"functions": [used]},
    )
    found = appsync.list_resolvers_by_function(apiId=api_id, functionId=used)["resolvers"]
    assert [item["fieldName"] for item in found] == ["hello"]
    assert appsync.list_resolvers_by_function(apiId=api_id, functionId=unused)["resolvers"] == []


def test_an_api_and_a_data_source_keep_all_members(stacks: Stacks) -> None:
    appsync, api_id = _api(stacks)
    appsync.update_graphql_api(
        apiId=api_id,
        name="renamed",
        authenticationType="API_KEY",
        introspectionConfig="DISABLED",
        queryDepthLimit=5,
    )
    api = appsync.get_graphql_api(apiId=api_id)["graphqlApi"]
    assert (api["name"], api["introspectionConfig"], api["queryDepthLimit"]) == (
        "renamed",
        "DISABLED",
        5,
    )
    search = {"endpoint": "https://search.example.com", "awsRegion": "us-east-1"}
    appsync.create_data_source(
        apiId=api_id,
        name="search",
        type="AMAZON_OPENSEARCH_SERVICE",
        openSearchServiceConfig=search,
    )
    source = appsync.get_data_source(apiId=api_id, name="search")["dataSource"]
    assert source["openSearchServiceConfig"] == search


def test_without_the_patch_a_schema_has_no_types(stacks_without: Callable[[str], Stacks]) -> None:
    appsync, api_id = _api(stacks_without("appsync.routes"))
    assert appsync.list_types(apiId=api_id, format="SDL")["types"] == []

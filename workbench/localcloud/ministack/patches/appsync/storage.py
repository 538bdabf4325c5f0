"""AppSync resources of templates: ministack drops functions and everything that lies in S3.

It gives ``AWS::AppSync::FunctionConfiguration`` an id but stores nothing, ignores ``…S3Location``
properties (so Amplify's schema and resolvers are empty), recreates data sources and resolvers on
an update, and returns ids where AWS returns ARNs. The records are kept in ministack's own stores,
so they are saved and restored with its state.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.appsync.endpoints import endpoints, set_addresses
from workbench.localcloud.ministack.patches.appsync.schema_validation import schema_problem

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]

_FUNCTION_MEMBERS = (
    "Name",
    "Description",
    "DataSourceName",
    "FunctionVersion",
    "SyncConfig",
    "MaxBatchSize",
    "Runtime",
)
_RESOLVER_MEMBERS = (
    "DataSourceName",
    "Kind",
    "PipelineConfig",
    "CachingConfig",
    "SyncConfig",
    "MaxBatchSize",
    "Runtime",
    "MetricsConfig",
)
_CONTENT_MEMBERS = ("RequestMappingTemplate", "ResponseMappingTemplate", "Code")
_DATA_SOURCE_MEMBERS = (
    "Type",
    "Description",
    "ServiceRoleArn",
    "LambdaConfig",
    "ElasticsearchConfig",
    "OpenSearchServiceConfig",
    "HttpConfig",
    "RelationalDatabaseConfig",
    "EventBridgeConfig",
    "MetricsConfig",
)


def install() -> None:
    """Replace the handlers of the AppSync resource types in CloudFormation."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::AppSync::FunctionConfiguration"] = {
        "create": create_function,
        "update": update_function,
        "delete": delete_function,
    }
    handlers["AWS::AppSync::Resolver"] = {
        "create": create_resolver,
        "update": update_resolver,
        "delete": delete_resolver,
    }
    handlers["AWS::AppSync::DataSource"] = {
        "create": create_data_source,
        "update": update_data_source,
        "delete": delete_data_source,
    }
    handlers["AWS::AppSync::GraphQLSchema"] = {
        "create": create_schema,
        "update": update_schema,
        "delete": delete_schema,
    }
    handlers["AWS::AppSync::ApiKey"] = {
        "create": create_api_key,
        "update": update_api_key,
        "delete": delete_api_key,
    }
    original = handlers["AWS::AppSync::GraphQLApi"]
    handlers["AWS::AppSync::GraphQLApi"] = _api_handlers(original)
    provisioners._REPLACING_PROPERTIES["AWS::AppSync::FunctionConfiguration"] = ("ApiId",)
    provisioners._REPLACING_PROPERTIES["AWS::AppSync::ApiKey"] = ("ApiId",)


# --- functions ---


def create_function(logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """CreateFunction; ``Ref`` is the function's ARN."""
    return _function_answer(_appsync()._create_function(_api_id(props), _function(props)))


def update_function(
    physical_id: str, _old: Properties, props: Properties, _stack: str
) -> Provisioned:
    """UpdateFunction, under the same id."""
    function_id = physical_id.rsplit("/", 1)[-1]
    return _function_answer(
        _appsync()._update_function(_api_id(props), function_id, _function(props))
    )


def delete_function(physical_id: str, props: Properties) -> None:
    """DeleteFunction; a missing one is deleted."""
    _appsync()._delete_function(_api_id(props), physical_id.rsplit("/", 1)[-1])


def _function(props: Properties) -> dict[str, Any]:
    body = _members(props, _FUNCTION_MEMBERS)
    if "maxBatchSize" in body:
        body["maxBatchSize"] = int(body["maxBatchSize"])
    return {**body, **_contents(props)}


def _function_answer(reply: Any) -> Provisioned:
    record = _record(reply, "functionConfiguration")
    return record["functionArn"], {
        "FunctionId": record["functionId"],
        "FunctionArn": record["functionArn"],
        "Name": record["name"],
        "DataSourceName": record["dataSourceName"],
    }


# --- resolvers ---


def create_resolver(logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """CreateResolver; ``Ref`` is the resolver's ARN."""
    type_name, body = str(props["TypeName"]), _resolver(props)
    return _resolver_answer(_appsync()._create_resolver(_api_id(props), type_name, body))


def update_resolver(
    physical_id: str, old: Properties, props: Properties, stack: str
) -> Provisioned:
    """UpdateResolver, which keeps the creation time; one that was removed is made again."""
    api_id, type_name, field = _api_id(props), str(props["TypeName"]), str(props["FieldName"])
    if _appsync()._get_resolver(api_id, type_name, field)[0] == 404:
        return create_resolver(field, props, stack)
    body = _resolver(props)
    return _resolver_answer(_appsync()._update_resolver(api_id, type_name, field, body))


def delete_resolver(physical_id: str, props: Properties) -> None:
    """DeleteResolver; a missing one is deleted."""
    _appsync()._delete_resolver(_api_id(props), str(props["TypeName"]), str(props["FieldName"]))


def _resolver(props: Properties) -> dict[str, Any]:
    body = _members(props, _RESOLVER_MEMBERS)
    if "maxBatchSize" in body:
        body["maxBatchSize"] = int(body["maxBatchSize"])
    return {**body, **_contents(props), "fieldName": str(props["FieldName"])}


def _resolver_answer(reply: Any) -> Provisioned:
    record = _record(reply, "resolver")
    return record["resolverArn"], {
        "ResolverArn": record["resolverArn"],
        "TypeName": record["typeName"],
        "FieldName": record["fieldName"],
    }


# --- data sources ---


def create_data_source(logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """CreateDataSource; ``Ref`` is the data source's ARN."""
    reply = _appsync()._create_data_source(_api_id(props), _data_source(logical_id, props))
    return _data_source_answer(reply)


def update_data_source(
    physical_id: str, _old: Properties, props: Properties, _stack: str
) -> Provisioned:
    """UpdateDataSource, which keeps the creation time."""
    name = physical_id.rsplit("/", 1)[-1]
    body = _data_source(name, props)
    return _data_source_answer(_appsync()._update_data_source(_api_id(props), name, body))


def delete_data_source(physical_id: str, props: Properties) -> None:
    """DeleteDataSource; a missing one is deleted."""
    _appsync()._delete_data_source(_api_id(props), physical_id.rsplit("/", 1)[-1])


def _data_source(logical_id: str, props: Properties) -> dict[str, Any]:
    body = _members(props, _DATA_SOURCE_MEMBERS)
    if props.get("DynamoDBConfig"):
        body["dynamodbConfig"] = _camel(props["DynamoDBConfig"])
    return {**body, "name": str(props.get("Name") or logical_id)}


def _data_source_answer(reply: Any) -> Provisioned:
    record = _record(reply, "dataSource")
    arn = record["dataSourceArn"]
    return arn, {"DataSourceArn": arn, "Name": record["name"]}


# --- schema ---


def create_schema(_logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """Set the API's schema from ``Definition`` or from S3."""
    definition = str(props.get("Definition") or _read(props.get("DefinitionS3Location")))
    api_id = _api_id(props)
    if api_id not in _appsync()._apis:
        raise ValueError(f"GraphQL API {api_id} not found.")
    if not definition:
        raise ValueError("Either Definition or DefinitionS3Location is required.")
    problem = schema_problem(definition)
    if problem:
        raise ValueError(f"Schema Creation Status is FAILED with details: {problem}")
    set_schema(api_id, definition)
    return f"{api_id}GraphQLSchema", {"Id": f"{api_id}GraphQLSchema"}


def update_schema(
    _physical_id: str, _old: Properties, props: Properties, stack: str
) -> Provisioned:
    """Replace the API's schema."""
    return create_schema("", props, stack)


def delete_schema(_physical_id: str, props: Properties) -> None:
    """Remove the API's schema."""
    _appsync()._schemas.pop(_api_id(props), None)


def set_schema(api_id: str, definition: str) -> None:
    """Store a schema as ministack does when it was created.

    Without ministack's own function, which imports the GraphQL engine: 0.3 s of a first deployment.
    The engine's cache needs no word of it, for it compares definitions.
    """
    _appsync()._schemas[api_id] = {
        "definition": definition,
        "status": "SUCCESS",
        "details": "Schema creation successful.",
    }


# --- API keys ---


def create_api_key(_logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """CreateApiKey; ``Ref`` is the key's ARN, the key itself an attribute."""
    api_id, appsync = _api_id(props), _appsync()
    record = _record(appsync._create_api_key(api_id, _api_key(props)), "apiKey")
    keys = appsync._api_keys[api_id]
    # AWS's form: da2- and 26 lower-case letters and digits, no dashes.
    key_id = "da2-" + uuid.uuid4().hex[:26]
    keys[key_id] = {**keys.pop(record["id"]), "id": key_id}
    return _api_key_answer(api_id, key_id)


def update_api_key(
    physical_id: str, _old: Properties, props: Properties, _stack: str
) -> Provisioned:
    """UpdateApiKey: its description and expiry."""
    api_id, key_id = _api_id(props), physical_id.rsplit("/", 1)[-1]
    _record(_appsync()._update_api_key(api_id, key_id, _api_key(props)), "apiKey")
    return _api_key_answer(api_id, key_id)


def delete_api_key(physical_id: str, props: Properties) -> None:
    """DeleteApiKey; a missing one is deleted."""
    _appsync()._delete_api_key(_api_id(props), physical_id.rsplit("/", 1)[-1])


def _api_key(props: Properties) -> dict[str, Any]:
    body: dict[str, Any] = {"description": str(props.get("Description") or "")}
    if props.get("Expires"):
        body["expires"] = int(float(props["Expires"]))
    return body


def _api_key_answer(api_id: str, key_id: str) -> Provisioned:
    arn = f"{_appsync()._apis[api_id]['arn']}/apikey/{key_id}"
    return arn, {"ApiKey": key_id, "ApiKeyId": key_id, "Arn": arn}


# --- API ---


def _api_handlers(original: Mapping[str, Any]) -> dict[str, Any]:
    """ministack's own handlers, with the ARN as ``Ref``, addresses and all attributes."""

    def create(logical_id: str, props: Properties, stack: str) -> Provisioned:
        api_id, _ = original["create"](logical_id, props, stack)
        return _api_answer(api_id)

    def update(
        physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Provisioned:
        api_id = physical_id.rsplit("/", 1)[-1]
        api_id, _ = original["update"](api_id, old, new, stack, logical_id)
        return _api_answer(api_id)

    def delete(physical_id: str, props: Properties) -> None:
        original["delete"](physical_id.rsplit("/", 1)[-1], props)

    return {
        **original,
        "create": create,
        "update": update,
        "delete": delete,
        "update_with_logical_id": True,
    }


def _api_answer(api_id: str) -> Provisioned:
    record = _appsync()._apis[api_id]
    set_addresses(record)
    found = endpoints(api_id)
    return record["arn"], {
        "ApiId": api_id,
        "Arn": record["arn"],
        "GraphQLUrl": found.graphql,
        "GraphQLDns": found.host,
        "GraphQLEndpointArn": record["arn"].replace(":apis/", ":endpoints/graphql-api/"),
        "RealtimeUrl": found.realtime,
        "RealtimeDns": found.host,
    }


# --- shapes ---


def _api_id(props: Properties) -> str:
    return str(props.get("ApiId") or "")


def _members(props: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name[:1].lower() + name[1:]: _camel(props[name])
        for name in names
        if props.get(name) not in (None, "")
    }


def _contents(props: Properties) -> dict[str, str]:
    """Templates and code, given in place or in S3."""
    found = {}
    for name in _CONTENT_MEMBERS:
        text = props.get(name) or _read(props.get(f"{name}S3Location"))
        if text:
            found[name[:1].lower() + name[1:]] = text
    return found


def _camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return value


def _read(location: str | None) -> str:
    """The text at ``s3://bucket/key``; empty without a location."""
    if not location:
        return ""
    from ministack.services import s3

    bucket, _, key = location.removeprefix("s3://").partition("/")
    content = s3._get_object_data(bucket, key)
    if content is None:
        raise ValueError(f"Unable to read {location}: the object does not exist.")
    return bytes(content).decode()


def _record(reply: Any, member: str) -> dict[str, Any]:
    status, _, content = reply
    if status >= 400:
        raise ValueError(_message(content))
    record: dict[str, Any] = json.loads(content)[member]
    return record


def _message(content: bytes | str) -> str:
    answer = json.loads(content)
    return str(answer.get("message") or answer.get("Message") or answer)


def _appsync() -> Any:
    from ministack.services import appsync

    return appsync

"""The CloudFormation resource types that moto has a service for, but cannot make from a template.

Each is made in moto's own service where there is one (AppSync, Cognito), so that its API finds it;
any other type is kept with a plausible physical id and its properties as attributes.
"""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.appsync.models import appsync_backends
from moto.cognitoidentity.models import cognitoidentity_backends
from moto.cognitoidp.models import cognitoidp_backends
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

Properties = dict[str, Any]


@dataclass(slots=True)
class Place:
    """Where a resource is made, and what it is called."""

    account: str
    region: str
    partition: str
    type: str
    logical_id: str
    name: str
    """The name that CloudFormation makes up where the template gives none."""

    def arn(self, service: str, rest: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"


@dataclass(slots=True)
class Made:
    """A resource as CloudFormation knows it."""

    physical_resource_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    on_delete: Callable[[], None] = lambda: None
    # What moto's own resources have, too.
    logical_resource_id: str = ""
    cf_resource_type: str = ""

    def get_cfn_attribute(self, name: str) -> Any:
        """What ``Fn::GetAtt`` gives."""
        if name in self.attributes:
            return self.attributes[name]
        return f"{name}-of-{self.logical_resource_id}"

    def is_created(self) -> bool:
        """Nothing here takes time."""
        return True


Make = Callable[[Place, Properties, "Made | None"], Made]
"""Makes the resource, or brings the one that is there to new properties."""


def make_other(place: Place, properties: Properties, before: Made | None) -> Made:
    """Any type without a service: it is kept, and that is all."""
    physical = before.physical_resource_id if before else place.name
    texts = {name: value for name, value in properties.items() if isinstance(value, str)}
    return Made(physical, {"Arn": place.arn("other", physical), "Id": physical, **texts})


def _api(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = appsync_backends[place.account][place.region]
    settings = {
        "name": properties["Name"],
        "log_config": _lower(properties.get("LogConfig")),
        "authentication_type": properties["AuthenticationType"],
        "user_pool_config": _lower(properties.get("UserPoolConfig")),
        "open_id_connect_config": _lower(properties.get("OpenIDConnectConfig")),
        "additional_authentication_providers": _lower(
            properties.get("AdditionalAuthenticationProviders")
        ),
        "xray_enabled": bool(properties.get("XrayEnabled")),
        "lambda_authorizer_config": _lower(properties.get("LambdaAuthorizerConfig")),
    }
    if before is not None:
        backend.update_graphql_api(before.attributes["ApiId"], **settings)
        return before
    api = backend.create_graphql_api(
        **settings, tags=_tags(properties), visibility=properties.get("Visibility", "GLOBAL")
    )
    api_id = api.api_id = uuid.uuid4().hex[:26]
    backend.graphql_apis = {each.api_id: each for each in backend.graphql_apis.values()}
    api.arn = place.arn("appsync", f"apis/{api_id}")
    host = f"{api_id}.appsync-api.{place.region}.amazonaws.com"
    return Made(
        api.arn,
        {
            "ApiId": api_id,
            "Arn": api.arn,
            "GraphQLUrl": f"https://{host}/graphql",
            "GraphQLDns": host,
            "GraphQLEndpointArn": place.arn("appsync", f"endpoints/graphql-api/{api_id}"),
        },
        lambda: backend.delete_graphql_api(api_id),
    )


def _schema(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = appsync_backends[place.account][place.region]
    text = properties.get("Definition") or _s3_text(place, properties["DefinitionS3Location"])
    backend.start_schema_creation(properties["ApiId"], text.encode())
    status, details = backend.get_schema_creation_status(properties["ApiId"])
    if status == "FAILED":
        raise ValueError(f"Schema Creation Status is FAILED with details: {details}")
    return before or Made(f"{properties['ApiId']}GraphQLSchema")


def _api_key(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = appsync_backends[place.account][place.region]
    expires = datetime.fromtimestamp(
        float(properties.get("Expires") or time.time() + 7 * 86400), UTC
    ).replace(tzinfo=None)
    api_id, text = properties["ApiId"], properties.get("Description", "")
    if before is not None:
        backend.update_api_key(api_id, before.attributes["ApiKeyId"], text, expires)
        return before
    key = backend.create_api_key(api_id, text, expires)
    # moto's are six digits.
    keys = backend.graphql_apis[api_id].api_keys
    keys.pop(key.key_id)
    key.key_id = f"da2-{uuid.uuid4().hex[:26]}"
    keys[key.key_id] = key
    arn = place.arn("appsync", f"apis/{api_id}/apikeys/{key.key_id}")
    return Made(
        arn,
        {"ApiKey": key.key_id, "ApiKeyId": key.key_id, "Arn": arn},
        lambda: backend.delete_api_key(api_id, key.key_id),
    )


def _data_source(place: Place, properties: Properties, before: Made | None) -> Made:
    api_id, name = properties["ApiId"], properties["Name"]
    arn = place.arn("appsync", f"apis/{api_id}/datasources/{name}")
    kept = _kept(place, api_id, "data_sources")
    kept[name] = {**_lower(properties), "dataSourceArn": arn}
    return before or Made(
        arn, {"Name": name, "DataSourceArn": arn}, lambda: kept.pop(name, None) and None
    )


def _function(place: Place, properties: Properties, before: Made | None) -> Made:
    api_id = properties["ApiId"]
    function_id = before.attributes["FunctionId"] if before else uuid.uuid4().hex[:26]
    arn = place.arn("appsync", f"apis/{api_id}/functions/{function_id}")
    kept = _kept(place, api_id, "functions")
    kept[function_id] = {
        **_lower(_with_code(place, properties)),
        "functionId": function_id,
        "functionArn": arn,
    }
    return before or Made(
        arn,
        {
            "FunctionId": function_id,
            "FunctionArn": arn,
            "Name": properties["Name"],
            "DataSourceName": properties.get("DataSourceName", ""),
        },
        lambda: kept.pop(function_id, None) and None,
    )


def _resolver(place: Place, properties: Properties, before: Made | None) -> Made:
    api_id = properties["ApiId"]
    type_name, field_name = properties["TypeName"], properties["FieldName"]
    arn = place.arn("appsync", f"apis/{api_id}/types/{type_name}/resolvers/{field_name}")
    kept = _kept(place, api_id, "resolvers")
    name = f"{type_name}.{field_name}"
    kept[name] = {**_lower(_with_code(place, properties)), "resolverArn": arn}
    return before or Made(
        arn,
        {"ResolverArn": arn, "TypeName": type_name, "FieldName": field_name},
        lambda: kept.pop(name, None) and None,
    )


def _user_pool(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = cognitoidp_backends[place.account][place.region]
    settings = {**properties, "UserPoolTags": properties.get("UserPoolTags", {})}
    settings["SchemaAttributes"] = settings.pop("Schema", [])
    if before is not None:
        backend.update_user_pool(before.physical_resource_id, settings)
        return before
    pool = backend.create_user_pool(settings.pop("UserPoolName", place.name), settings)
    provider = f"cognito-idp.{place.region}.amazonaws.com/{pool.id}"
    return Made(
        pool.id,
        {
            "Arn": pool.arn,
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": pool.id,
        },
        lambda: backend.delete_user_pool(pool.id),
    )


def _user_pool_client(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = cognitoidp_backends[place.account][place.region]
    pool = properties["UserPoolId"]
    settings = {name: value for name, value in properties.items() if name != "UserPoolId"}
    settings.setdefault("ClientName", place.name)
    if before is not None:
        backend.update_user_pool_client(pool, before.physical_resource_id, settings)
        return before
    secret = bool(settings.pop("GenerateSecret", False))
    client = backend.create_user_pool_client(pool, secret, settings)
    return Made(
        client.id,
        {"ClientId": client.id, "Name": settings["ClientName"]},
        lambda: backend.delete_user_pool_client(pool, client.id),
    )


def _user_pool_group(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = cognitoidp_backends[place.account][place.region]
    pool, name = properties["UserPoolId"], properties["GroupName"]
    described = (
        properties.get("Description", ""),
        properties.get("RoleArn", ""),
        properties.get("Precedence", 0),
    )
    if before is not None:
        backend.update_group(pool, name, *described)
        return before
    backend.create_group(pool, name, *described)
    return Made(name, {}, lambda: backend.delete_group(pool, name))


def _identity_pool(place: Place, properties: Properties, before: Made | None) -> Made:
    if before is not None:
        return before
    backend = cognitoidentity_backends[place.account][place.region]
    text = backend.create_identity_pool(
        identity_pool_name=properties.get("IdentityPoolName", place.name),
        allow_unauthenticated_identities=properties["AllowUnauthenticatedIdentities"],
        supported_login_providers=properties.get("SupportedLoginProviders", {}),
        developer_provider_name=properties.get("DeveloperProviderName", ""),
        open_id_connect_provider_arns=properties.get("OpenIdConnectProviderARNs", []),
        cognito_identity_providers=properties.get("CognitoIdentityProviders", []),
        saml_provider_arns=properties.get("SamlProviderARNs", []),
        tags={},
    )
    pool_id = json.loads(text)["IdentityPoolId"]
    return Made(pool_id, {}, lambda: backend.identity_pools.pop(pool_id, None) and None)


def _bucket_policy(place: Place, properties: Properties, before: Made | None) -> Made:
    backend = s3_backends[place.account][place.partition]
    bucket = properties["Bucket"]
    backend.put_bucket_policy(bucket, json.dumps(properties["PolicyDocument"]).encode())
    return before or Made(bucket, {}, lambda: backend.delete_bucket_policy(bucket))


def _amplify_table(place: Place, properties: Properties, before: Made | None) -> Made:
    """What Amplify's table manager makes: a table of DynamoDB, changed in place."""
    backend = dynamodb_backends[place.account][place.region]
    if before is not None:
        return before
    name = properties["tableName"]
    table = backend.create_table(
        name=name,
        schema=_upper(properties["keySchema"]),
        throughput=None,
        attr=_upper(properties["attributeDefinitions"]),
        global_indexes=_upper(properties.get("globalSecondaryIndexes", [])),
        indexes=[],
        streams=_upper(properties.get("streamSpecification")),
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    return Made(
        name,
        {
            "TableArn": table.table_arn,
            "TableName": name,
            "TableStreamArn": table.latest_stream_label,
        },
        lambda: backend.delete_table(name) and None,
    )


def _bucket_deployment(place: Place, properties: Properties, before: Made | None) -> Made:
    deploy_to_bucket(place.account, place.partition, properties)
    bucket = properties["DestinationBucketName"]
    attributes = {
        "DestinationBucketArn": f"arn:{place.partition}:s3:::{bucket}",
        "SourceObjectKeys": properties["SourceObjectKeys"],
    }
    physical = before.physical_resource_id if before else f"aws.cdk.s3deployment.{uuid.uuid4()}"
    return Made(physical, attributes, lambda: _empty(place, bucket))


def deploy_to_bucket(account: str, partition: str, properties: Properties) -> None:
    """Do what the CDK's bucket deployment provider does: copy the sources' files."""
    backend = s3_backends[account][partition]
    bucket = properties["DestinationBucketName"]
    prefix = properties.get("DestinationBucketKeyPrefix", "").strip("/")
    start = f"{prefix}/" if prefix else ""
    markers = properties.get("SourceMarkers") or [{}] * len(properties["SourceObjectKeys"])
    written = set()
    sources = zip(properties["SourceBucketNames"], properties["SourceObjectKeys"], strict=True)
    for (source, key), replaced in zip(sources, markers, strict=True):
        body = backend.get_object(source, key).value
        files = {key.rsplit("/", 1)[-1]: body}
        if str(properties.get("Extract", True)).lower() == "true":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
        for name, content in files.items():
            for marker, value in replaced.items():
                content = content.replace(marker.encode(), str(value).encode())  # noqa: PLW2901
            backend.put_object(bucket, start + name, content)
            written.add(start + name)
    if str(properties.get("Prune", True)).lower() == "true":
        for key in [each for each in backend.buckets[bucket].keys if each.startswith(start)]:
            if key not in written:
                backend.delete_object(bucket, key)


def _auto_delete(place: Place, properties: Properties, before: Made | None) -> Made:
    bucket = properties["BucketName"]
    return before or Made(f"auto-delete-{bucket}", {}, lambda: _empty(place, bucket))


def _empty(place: Place, bucket: str) -> None:
    backend = s3_backends[place.account][place.partition]
    if bucket in backend.buckets:
        backend.buckets[bucket].keys.clear()


TYPES: dict[str, Make] = {
    "AWS::AppSync::ApiKey": _api_key,
    "AWS::AppSync::DataSource": _data_source,
    "AWS::AppSync::FunctionConfiguration": _function,
    "AWS::AppSync::GraphQLApi": _api,
    "AWS::AppSync::GraphQLSchema": _schema,
    "AWS::AppSync::Resolver": _resolver,
    "AWS::Cognito::IdentityPool": _identity_pool,
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::Cognito::UserPoolClient": _user_pool_client,
    "AWS::Cognito::UserPoolGroup": _user_pool_group,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "Custom::AmplifyDynamoDBTable": _amplify_table,
    "Custom::CDKBucketDeployment": _bucket_deployment,
    "Custom::S3AutoDeleteObjects": _auto_delete,
}


def kept_parts(account: str, region: str, api_id: str, kind: str) -> dict[str, Any]:
    """An API's data sources, functions or resolvers, as its API answers them."""
    api = appsync_backends[account][region].get_graphql_api(api_id)
    parts: dict[str, dict[str, Any]] = api.__dict__.setdefault("parts", {})
    return parts.setdefault(kind, {})


def _kept(place: Place, api_id: str, kind: str) -> dict[str, Any]:
    return kept_parts(place.account, place.region, api_id, kind)


def _with_code(place: Place, properties: Properties) -> Properties:
    """The properties with the texts that they name in S3."""
    found = {}
    for name, value in properties.items():
        if name.endswith("S3Location"):
            found[name.removesuffix("S3Location")] = _s3_text(place, value)
        else:
            found[name] = value
    return found


def _s3_text(place: Place, location: str) -> str:
    bucket, key = location.removeprefix("s3://").split("/", 1)
    found = s3_backends[place.account][place.partition].get_object(bucket, key)
    if found is None:
        raise ValueError(f"The specified key does not exist: {location}")
    return str(found.value.decode())


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def _lower(value: Any) -> Any:
    return _renamed(value, str.lower)


def _upper(value: Any) -> Any:
    return _renamed(value, str.upper)


def _renamed(value: Any, first: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {first(name[:1]) + name[1:]: _renamed(item, first) for name, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, first) for item in value]
    return value

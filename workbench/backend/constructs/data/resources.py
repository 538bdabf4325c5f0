"""The data stack: the GraphQL API with all that is behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import FileAssetPackaging, Stack, Tags, aws_appsync, aws_dynamodb, aws_iam, aws_lambda
from constructs import Construct

from workbench.backend.constructs.auth.resources import AuthResources, publish_reference
from workbench.backend.constructs.data.access import chunks, function_paths, role_paths
from workbench.backend.constructs.data.modes import (
    NAMES,
    check_rules,
    every_mode,
    key_days,
    key_expiry,
    provider,
)
from workbench.backend.constructs.data.nested_template import NestedTemplate, TemplateResource
from workbench.backend.constructs.data.schema_files import publish_schema
from workbench.backend.constructs.data.stacks import (
    connection_stacks,
    is_connection,
    model_stack,
    operation_stacks,
    tables_of,
)
from workbench.backend.constructs.functions.needs import DATA_NAME_KEY
from workbench.backend.constructs.functions.resources import FRIENDLY_NAME, FunctionResources
from workbench.backend.constructs.identity import environment_name
from workbench.backend.constructs.root import Root
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.graphql.api_schema import write_api_schema
from workbench.backend.graphql.model_schema import write_model_schema
from workbench.backend.resolvers.plan import plan_resolvers, plan_sources, plan_tables
from workbench.backend.resolvers.records import NONE_SOURCE, ResolverPlan

Functions = Mapping[FunctionDefinition, FunctionResources]


@dataclass(frozen=True, slots=True)
class DataCfnResources:
    """The API's resources as CloudFormation has them.

    ``cfn_tables``, ``cfn_resolvers`` and ``cfn_functions`` take ``add_property_override`` like
    CDK's; they are by model, by ``Type.field`` and by step.
    """

    cfn_graphql_api: Any
    cfn_graphql_schema: Any
    cfn_api_key: Any
    cfn_tables: Mapping[str, TemplateResource]
    cfn_resolvers: Mapping[str, TemplateResource]
    cfn_functions: Mapping[str, TemplateResource]


@dataclass(frozen=True)
class DataResources:
    """The API as CDK constructs; ``tables`` are ``aws_dynamodb.ITable`` by model."""

    cfn_resources: DataCfnResources
    stacks: Mapping[str, NestedTemplate]
    outputs: Mapping[str, str]
    _scope: Any = field(repr=False)
    _written: tuple[NestedTemplate, ...] = field(repr=False)

    @cached_property
    def graphql_api(self) -> Any:
        """The API as an ``aws_appsync.IGraphqlApi``, for data sources of your own."""
        api = self.cfn_resources.cfn_graphql_api
        return aws_appsync.GraphqlApi.from_graphql_api_attributes(
            self._scope,
            "Api",
            graphql_api_id=api.attr_api_id,
            graphql_api_arn=api.attr_arn,
        )

    @cached_property
    def tables(self) -> Mapping[str, Any]:
        """The models' tables, for grants and for streams."""
        scope = Construct(self._scope, "Tables")
        return {
            model: aws_dynamodb.Table.from_table_attributes(
                scope,
                model,
                table_arn=stack.output("TableArn"),
                table_stream_arn=stack.output("TableStreamArn"),
            )
            for model, stack in self.stacks.items()
        }

    def write(self, outdir: Path) -> None:
        """Write the nested templates, with the user's overrides in them."""
        for stack in self._written:
            stack.write(outdir)


def make_data(
    root: Root, data: DataDefinition, auth: AuthResources | None, functions: Functions
) -> DataResources:
    """Make the data stack's resources."""
    stack = root.nested("data", "api-AppSync")
    scope = Construct(stack, data.name)
    Tags.of(scope).add(FRIENDLY_NAME, data.name)
    outdir = Path(root.app.outdir)
    modes = every_mode(data, has_auth=auth is not None)
    check_rules(data, modes)
    api = _api(scope, data, modes, auth, functions)
    schema = _schema(stack, scope, data, api, outdir)
    key = None
    if "apiKey" in modes:
        key = aws_appsync.CfnApiKey(
            scope,
            "DefaultApiKey",
            api_id=api.attr_api_id,
            expires=key_expiry(key_days(data.modes)),
            description=data.modes.api_key_description or None,
        )
    none = aws_appsync.CfnDataSource(
        scope, "NONE_DS", api_id=api.attr_api_id, name=NONE_SOURCE, type="NONE"
    )
    resolvers = plan_resolvers(data.schema)
    models, written = _stacks(scope, data, resolvers, api, functions)
    for each in written:
        each.wait_for(schema, none)
    if auth:
        _grant_roles(scope, data, resolvers, api, auth)
    _grant_functions(root, stack, data, api, functions)
    uri = publish_schema(stack, scope, write_model_schema(data.schema), outdir)
    resources = [each for nested in written for each in nested.resources.values()]
    outputs = {
        "awsAppsyncApiId": api.attr_api_id,
        "awsAppsyncApiEndpoint": api.attr_graph_ql_url,
        "awsAppsyncAuthenticationType": NAMES[modes[0]],
        "awsAppsyncRegion": root.stack.region,
        "amplifyApiModelSchemaS3Uri": uri,
    }
    if key is not None:
        outputs["awsAppsyncApiKey"] = key.attr_api_key
    outputs["awsAppsyncAdditionalAuthenticationTypes"] = ",".join(NAMES[m] for m in modes[1:])
    return DataResources(
        DataCfnResources(
            api,
            schema,
            key,
            tables_of(models),
            _by_field(resources),
            {
                each.body["Properties"]["Name"]: each
                for each in resources
                if each.type == "AWS::AppSync::FunctionConfiguration"
            },
        ),
        models,
        outputs,
        scope,
        tuple(written),
    )


def _stacks(
    scope: Any,
    data: DataDefinition,
    resolvers: tuple[ResolverPlan, ...],
    api: Any,
    functions: Functions,
) -> tuple[dict[str, NestedTemplate], list[NestedTemplate]]:
    own: dict[str, list[ResolverPlan]] = {}
    for plan in resolvers:
        if plan.owner and not is_connection(plan):
            own.setdefault(plan.owner, []).append(plan)
    api_id = api.attr_api_id
    models = {
        plan.model: model_stack(scope, plan, own.get(plan.model, []), api_id)
        for plan in plan_tables(data.schema)
    }
    connections = [plan for plan in resolvers if plan.owner and is_connection(plan)]
    later = connection_stacks(scope, connections, api_id)
    operations = [plan for plan in resolvers if not plan.owner]
    if operations:
        sources = [s for s in plan_sources(data.schema) if s.kind in ("function", "http")]
        arns = {
            source.name: functions[source.function].lambda_function.function_arn
            for source in sources
            if source.function
        }
        later += operation_stacks(scope, operations, sources, api_id, arns)
    for each in later:
        each.wait_for(*(model.stack for model in models.values()))
    return models, [*models.values(), *later]


def _api(
    scope: Any,
    data: DataDefinition,
    modes: tuple[str, ...],
    auth: AuthResources | None,
    functions: Functions,
) -> Any:
    pool_id = auth.user_pool.user_pool_id if auth else ""
    authorizer = data.modes.lambda_function
    function = functions[authorizer].lambda_function if authorizer else None
    arn = function.function_arn if function else ""
    settings = [provider(mode, data.modes, pool_id, arn) for mode in modes]
    for each in settings:
        if "userPoolConfig" in each:
            each["userPoolConfig"]["awsRegion"] = Stack.of(scope).region
    first = dict(settings[0])
    if "userPoolConfig" in first:
        first["userPoolConfig"] = {**first["userPoolConfig"], "defaultAction": "ALLOW"}
    logs = _logs(scope) if data.logs else None
    api = aws_appsync.CfnGraphQLApi(
        scope,
        "GraphQLAPI",
        name=data.name,
        authentication_type=first["authenticationType"],
        user_pool_config=first.get("userPoolConfig"),
        open_id_connect_config=first.get("openIdConnectConfig"),
        lambda_authorizer_config=first.get("lambdaAuthorizerConfig"),
        additional_authentication_providers=settings[1:],
        log_config=logs,
    )
    if function:
        aws_lambda.CfnPermission(
            scope,
            "LambdaAuthorizerPermission",
            action="lambda:InvokeFunction",
            function_name=arn,
            principal="appsync.amazonaws.com",
            source_arn=api.attr_arn,
        )
    return api


def _logs(scope: Any) -> dict[str, Any]:
    role = aws_iam.Role(
        scope, "ApiLogsRole", assumed_by=aws_iam.ServicePrincipal("appsync.amazonaws.com")
    )
    policy = "service-role/AWSAppSyncPushToCloudWatchLogs"
    role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name(policy))
    return {
        "cloudWatchLogsRoleArn": role.role_arn,
        "fieldLogLevel": "ALL",
        "excludeVerboseContent": True,
    }


def _schema(stack: Any, scope: Any, data: DataDefinition, api: Any, outdir: Path) -> Any:
    text = write_api_schema(data.schema, data.modes)
    digest = hashlib.sha256(text.encode()).hexdigest()
    file = f"asset.{digest}.graphql"
    outdir.mkdir(parents=True, exist_ok=True)
    (outdir / file).write_text(text, "utf-8")
    asset = stack.synthesizer.add_file_asset(
        file_name=file, packaging=FileAssetPackaging.FILE, source_hash=digest, display_name="schema"
    )
    return aws_appsync.CfnGraphQLSchema(
        scope,
        "TransformerSchema",
        api_id=api.attr_api_id,
        definition_s3_location=asset.s3_object_url,
    )


def _grant_roles(
    scope: Any,
    data: DataDefinition,
    resolvers: tuple[ResolverPlan, ...],
    api: Any,
    auth: AuthResources,
) -> None:
    for name, role, guest in (
        ("AuthRolePolicy", auth.authenticated_user_iam_role, False),
        ("UnauthRolePolicy", auth.unauthenticated_user_iam_role, True),
    ):
        for number, paths in enumerate(chunks(role_paths(data.schema, resolvers, guest=guest))):
            aws_iam.CfnManagedPolicy(
                scope,
                f"{name}{number:02}",
                roles=[role.role_name],
                policy_document={
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "appsync:GraphQL",
                            "Resource": [f"{api.attr_arn}/{path}" for path in paths],
                        }
                    ],
                },
            )


def _grant_functions(
    root: Root, stack: Any, data: DataDefinition, api: Any, functions: Functions
) -> None:
    for number, access in enumerate(data.schema.function_access, start=1):
        resources = [f"{api.attr_arn}/{path}" for path in function_paths(access.operations)]
        policy = aws_iam.Policy(
            stack,
            f"GraphqlAccessPolicy{number}",
            statements=[aws_iam.PolicyStatement(actions=["appsync:GraphQL"], resources=resources)],
        )
        policy.attach_to_role(functions[access.function].lambda_function.role)
    if data.schema.function_access:
        key = environment_name(data.name, "GRAPHQL_ENDPOINT")
        publish_reference(root, stack, key, api.attr_graph_ql_url)
        publish_reference(root, stack, DATA_NAME_KEY, environment_name(data.name))


def _by_field(resources: list[TemplateResource]) -> dict[str, TemplateResource]:
    found = {}
    for each in resources:
        if each.type == "AWS::AppSync::Resolver":
            properties = each.body["Properties"]
            found[f"{properties['TypeName']}.{properties['FieldName']}"] = each
    return found

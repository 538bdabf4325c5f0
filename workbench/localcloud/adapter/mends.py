"""The mends that :func:`workbench.localcloud.adapter.install` applies, in order of application.

Each name is a module beside this one with ``install() -> None``; its first docstring line says
which upstream behaviour it mends.
"""

MENDS: tuple[str, ...] = (
    "nested_stacks",
    "nested_stack_family",
    "stack_events",
    "missing_stack_message",
    "template_metadata",
    "custom_resource_failures",
    "custom_resources",
    "provider_invocations",
    "api_gateway_addresses",
    "appsync_endpoints",
    "appsync_routes",
    "appsync_storage",
    "appsync_control",
    "appsync_types",
    "appsync_evaluate",
    "schema_validation",
    "cognito_identity_providers",
    "cognito_messages",
    "cognito_invitations",
    "cognito_attributes",
    "cognito_challenges",
    "cognito_missing_calls",
    "cognito_listing",
    "cognito_auth_flows",
    "cognito_tokens",
    "cognito_identity_logins",
    "lambda_runtime",
    "function_code",
    "function_states",
    "bucket_provisioning",
    "unserved_types",
    "dynamodb_contains",
    "dynamodb_speed",
    "early_imports",
)

"""A user pool that exists, in the place of one that is made."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_cognito, aws_iam
from constructs import Construct

from workbench.backend.constructs.auth.providers import Providers
from workbench.backend.constructs.auth.resources import (
    STACK,
    STACK_TYPE,
    AuthCfnResources,
    AuthResources,
    Functions,
    Group,
    grant_pool,
)
from workbench.backend.constructs.root import Root
from workbench.backend.definitions.auth import AuthReference


def refer_auth(root: Root, auth: AuthReference, functions: Functions) -> AuthResources:
    """Import the pool, its client, its roles and groups."""
    stack = root.nested(STACK, STACK_TYPE)
    scope = Construct(stack, auth.name)

    def role(name: str, arn: str) -> Any:
        return aws_iam.Role.from_role_arn(scope, name, arn)

    pool = aws_cognito.UserPool.from_user_pool_id(scope, "UserPool", auth.user_pool_id)
    client = aws_cognito.UserPoolClient.from_user_pool_client_id(
        scope, "UserPoolClient", auth.user_pool_client_id
    )
    grant_pool(root, auth.name, auth.access, pool, functions)
    return AuthResources(
        pool,
        client,
        auth.identity_pool_id,
        role("authenticatedUserRole", auth.auth_role_arn),
        role("unauthenticatedUserRole", auth.unauth_role_arn),
        {name: Group(role(f"{name}GroupRole", arn)) for name, arn in auth.groups.items()},
        AuthCfnResources(),
        Providers(),
    )


def reference_outputs(auth: AuthReference, region: str) -> dict[str, str]:
    """What is known of the pool without asking Cognito: its ids."""
    return {
        "userPoolId": auth.user_pool_id,
        "webClientId": auth.user_pool_client_id,
        "identityPoolId": auth.identity_pool_id,
        "authRegion": region,
    }

"""Amplify's secret fetcher and reference auth, behind CDK's provider framework."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.providers.conftest import ROLE, Provider, zipped
from workbench.localcloud.server import cdk_bootstrap
from workbench.project.identity import secret_path
from workbench.project.models import BackendIdentity

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

FETCHER = "@aws-amplify/backend/lib/engine/backend-secret/lambda/backend_secret_fetcher.js"
INITIALIZER = "@aws-amplify/backend-auth/lib/lambda/reference_auth_initializer.js"
SECRETS = "Custom::AmplifySecretFetcherResource"
PROPERTIES = {"namespace": "my-app", "name": "me", "type": "sandbox", "secretNames": ["ID", "KEY"]}


def _template(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """The framework's function before the provider's own, as CDK's ``Provider`` makes them."""
    framework = Provider(b"", "framework.onEvent", "nodejs22.x").template(kind, properties)
    resources = framework["Resources"]
    resources["Provider"]["Properties"]["Environment"] = {
        "Variables": {"USER_ON_EVENT_FUNCTION_ARN": {"Fn::GetAtt": ["Own", "Arn"]}}
    }
    resources["Own"] = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"S3Bucket": cdk_bootstrap.STAGING_BUCKET, "S3Key": "own.zip"},
            "Handler": "index.handler",
            "Runtime": "nodejs22.x",
            "Role": ROLE,
        },
    }
    return framework


@pytest.fixture
def put_functions(stacks: Stacks, npm_modules: Path) -> Any:
    def put(source: str) -> None:
        s3 = stacks.clients.client("s3")
        for key, code in (
            ("provider.zip", zipped(framework__js="exports.onEvent = () => {};")),
            ("own.zip", zipped(index__js=(npm_modules / source).read_bytes())),
        ):
            s3.put_object(Bucket=cdk_bootstrap.STAGING_BUCKET, Key=key, Body=code)

    return put


def _failure(stacks: Stacks) -> str:
    failed = [e for e in stacks.events("app") if e["ResourceStatus"].endswith("_FAILED")]
    return str(failed[0]["ResourceStatusReason"])


def test_secrets_come_from_the_sandbox_then_from_all(stacks: Stacks, put_functions: Any) -> None:
    put_functions(FETCHER)
    ssm = stacks.clients.client("ssm")

    def set_secret(path: str, value: str) -> None:
        ssm.put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True)

    own = secret_path(BackendIdentity("my-app", "me"))
    set_secret(f"{own}/ID", "own id")
    set_secret("/amplify/shared/my-app/ID", "shared id")
    set_secret("/amplify/shared/my-app/KEY", "shared key")
    template = _template(SECRETS, {**PROPERTIES, "secretLastUpdated": 1})
    template["Outputs"] = {
        name: {"Value": {"Fn::GetAtt": ["Thing", name]}} for name in ("ID", "KEY")
    }
    stack = stacks.create("app", template)
    found = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    assert found == {"ID": "own id", "KEY": "shared key"}
    physical_id = stacks.physical_id("app", "Thing")
    set_secret(f"{own}/KEY", "own key")
    template["Resources"]["Thing"]["Properties"]["secretLastUpdated"] = 2
    stack = stacks.update("app", template)
    found = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    assert found == {"ID": "own id", "KEY": "own key"}
    assert stacks.physical_id("app", "Thing") == physical_id


def test_a_missing_secret_is_named(stacks: Stacks, put_functions: Any) -> None:
    put_functions(FETCHER)
    stack = stacks.create("app", _template(SECRETS, PROPERTIES))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Failed to retrieve backend secret 'ID' for 'my-app'" in _failure(stacks)


def _referenced(stacks: Stacks) -> dict[str, str]:
    pools = stacks.clients.client("cognito-idp")
    identities = stacks.clients.client("cognito-identity")
    pool = pools.create_user_pool(
        PoolName="pool", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"]
    )["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]
    identity = identities.create_identity_pool(
        IdentityPoolName="identities",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[
            {
                "ProviderName": f"cognito-idp.us-east-1.amazonaws.com/{pool}",
                "ClientId": client["ClientId"],
            }
        ],
    )["IdentityPoolId"]
    roles = {kind: f"arn:aws:iam::000000000000:role/{kind}" for kind in ("auth", "unauth")}
    identities.set_identity_pool_roles(
        IdentityPoolId=identity,
        Roles={"authenticated": roles["auth"], "unauthenticated": roles["unauth"]},
    )
    return {
        "userPoolId": pool,
        "userPoolClientId": client["ClientId"],
        "identityPoolId": identity,
        "authRoleArn": roles["auth"],
        "unauthRoleArn": roles["unauth"],
        "region": "us-east-1",
    }


def test_referenced_auth_gives_what_the_outputs_need(stacks: Stacks, put_functions: Any) -> None:
    put_functions(INITIALIZER)
    referenced = _referenced(stacks)
    template = _template("Custom::AmplifyRefAuth", referenced)
    names = (
        "usernameAttributes",
        "verificationMechanisms",
        "passwordPolicyMinLength",
        "mfaConfiguration",
        "allowUnauthenticatedIdentities",
        "oauthClientId",
    )
    template["Outputs"] = {name: {"Value": {"Fn::GetAtt": ["Thing", name]}} for name in names}
    stack = stacks.create("app", template)
    assert {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]} == {
        "usernameAttributes": '["email"]',
        "verificationMechanisms": '["email"]',
        "passwordPolicyMinLength": "8",
        "mfaConfiguration": "OFF",
        "allowUnauthenticatedIdentities": "true",
        "oauthClientId": referenced["userPoolClientId"],
    }


def test_another_role_is_refused(stacks: Stacks, put_functions: Any) -> None:
    put_functions(INITIALIZER)
    wrong = {**_referenced(stacks), "authRoleArn": "arn:aws:iam::000000000000:role/other"}
    stacks.create("app", _template("Custom::AmplifyRefAuth", wrong))
    assert "authRoleArn does not match the authenticated role" in _failure(stacks)

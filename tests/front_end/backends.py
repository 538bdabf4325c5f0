"""A backend on a local cloud as Amplify deploys one, made by a few calls: sign-in and a bucket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.front_end.written import write_front_end

CALLBACK = "http://localhost:5173/"
BUCKET = "front-end-files"
_CORS: Any = {
    "AllowedHeaders": ["*"],
    "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
    "AllowedOrigins": ["*"],
    "ExposeHeaders": ["x-amz-server-side-encryption", "x-amz-request-id", "x-amz-id-2", "ETag"],
    "MaxAgeSeconds": 3000,
}
"""What Amplify's ``defineStorage`` gives a bucket."""


@dataclass(frozen=True)
class Backend:
    """A project's folder with the outputs of a backend on the local cloud."""

    root: Path
    target: LocalTarget
    outputs: dict[str, Any]

    @property
    def outputs_file(self) -> Path:
        return self.root / "amplify_outputs.json"

    def write(self, outputs: dict[str, Any] | None = None) -> None:
        """Write the outputs, as a deployment to the local cloud does."""
        self.outputs_file.write_text(json.dumps(self.outputs if outputs is None else outputs))
        write_front_end(self.root, self.target.endpoint, self.target.region, self.outputs_file)


def make_backend(clients: Clients, root: Path) -> Backend:
    """A pool with a hosted sign-in, an identity pool with guests, and a bucket."""
    target = clients.target
    assert isinstance(target, LocalTarget)
    idp = clients.cognito_idp
    pool = idp.create_user_pool(
        PoolName="front-end",
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )["UserPool"]["Id"]
    client = idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        CallbackURLs=[CALLBACK],
        LogoutURLs=[CALLBACK],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "aws.cognito.signin.user.admin"],
        AllowedOAuthFlowsUserPoolClient=True,
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    idp.create_user_pool_domain(Domain="front-end-test", UserPoolId=pool)
    provider = f"cognito-idp.us-east-1.amazonaws.com/{pool}"
    identities: Any = clients.client("cognito-identity")
    identity = identities.create_identity_pool(
        IdentityPoolName="front_end",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": client}],
    )["IdentityPoolId"]
    clients.s3.create_bucket(Bucket=BUCKET)
    clients.s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [_CORS]})
    roles = {kind: _role(clients, identity, kind) for kind in ("authenticated", "unauthenticated")}
    identities.set_identity_pool_roles(IdentityPoolId=identity, Roles=roles)
    outputs = {
        "version": "1.4",
        "auth": {
            "user_pool_id": pool,
            "aws_region": "us-east-1",
            "user_pool_client_id": client,
            "identity_pool_id": identity,
            "unauthenticated_identities_enabled": True,
            "username_attributes": ["email"],
            "oauth": {
                "identity_providers": [],
                "redirect_sign_in_uri": [CALLBACK],
                "redirect_sign_out_uri": [CALLBACK],
                "response_type": "code",
                "scopes": ["openid", "email", "aws.cognito.signin.user.admin"],
                "domain": "front-end-test.auth.us-east-1.amazoncognito.com",
            },
        },
        "storage": {"aws_region": "us-east-1", "bucket_name": BUCKET},
    }
    return Backend(root, target, outputs)


def _role(clients: Clients, identity: str, kind: str) -> str:
    """A role of the identity pool that may do everything with the bucket."""
    provider = "cognito-identity.amazonaws.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{provider}:aud": identity},
            "ForAnyValue:StringLike": {f"{provider}:amr": kind},
        },
    }
    arns = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    grant = {"Effect": "Allow", "Action": "s3:*", "Resource": arns}
    iam: Any = clients.client("iam")
    name = f"front-end-{kind}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="files", PolicyDocument=_policy(grant))
    return str(role["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

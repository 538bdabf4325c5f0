"""A pool's settings in words, with the lines that set them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.aws.clients import Clients
from workbench.users.pool_settings import read_settings
from workbench.users.user_pools import UserPool

if TYPE_CHECKING:
    from workbench.aws.target import LocalTarget

CODE = """\
import { defineAuth } from '@aws-amplify/backend';

export const auth = defineAuth({
  // groups: ['Nobody'],
  loginWith: { email: true },
  groups: ['Editors'],
});
"""


def test_settings_are_told_with_their_lines(local_cloud: LocalTarget, tmp_path: Path) -> None:
    clients = Clients(local_cloud)
    cognito = clients.cognito_idp
    pool = cognito.create_user_pool(
        PoolName="users",
        UsernameAttributes=["email"],
        Schema=[{"Name": "team", "AttributeDataType": "String"}],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        Policies={"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
        LambdaConfig={"PreSignUp": "arn:aws:lambda:us-east-1:000000000000:function:check"},
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="OPTIONAL",
    )
    cognito.create_group(UserPoolId=pool, GroupName="Editors")
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        IdTokenValidity=1,
    )["UserPoolClient"]["ClientId"]
    file = tmp_path / "amplify" / "auth" / "resource.ts"
    file.parent.mkdir(parents=True)
    file.write_text(CODE)
    users = UserPool(clients, pool)
    found = {each.name: each for each in read_settings(users, tmp_path)}
    assert found["sign in with"].value == "email"
    assert found["sign in with"].place == "amplify/auth/resource.ts:5"
    assert found["groups"].value == "Editors"
    assert found["groups"].place == "amplify/auth/resource.ts:6"
    assert found["sign-up"].value == "by administrators only"
    assert found["user attributes"].value == "custom:team  (* required)"
    assert found["password policy"].value == "12 characters, numbers"
    assert found["MFA"].value == "optional · authenticator application"
    assert found["triggers"].value == "PreSignUp: check"
    assert found["client web"].value.startswith(f"{client} · user_srp_auth")
    assert found["domain"].place == ""

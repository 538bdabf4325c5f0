"""The auth stack: user pool, client, identity pool, roles, groups, triggers and grants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Tags, aws_cognito, aws_iam, aws_kms, aws_ssm
from constructs import Construct

from workbench.backend.constructs.auth.actions import iam_actions
from workbench.backend.constructs.auth.pool import make_user_pool
from workbench.backend.constructs.auth.providers import Providers, make_providers
from workbench.backend.constructs.functions.resources import FRIENDLY_NAME, FunctionResources
from workbench.backend.constructs.identity import environment_name
from workbench.backend.constructs.root import Root
from workbench.backend.constructs.secret_fetcher import SecretFetcher
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.auth import AuthDefinition
from workbench.backend.definitions.functions import FunctionDefinition

Functions = Mapping[FunctionDefinition, FunctionResources]
STACK = "auth"
STACK_TYPE = "auth-Cognito"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users and the role that its members take on."""

    role: Any
    cfn_user_group: Any = None


@dataclass(frozen=True, slots=True)
class AuthCfnResources:
    """Auth's resources as CloudFormation has them; a referenced pool has none."""

    cfn_user_pool: Any = None
    cfn_user_pool_client: Any = None
    cfn_identity_pool: Any = None
    cfn_identity_pool_role_attachment: Any = None


@dataclass(frozen=True, slots=True)
class AuthResources:
    """Auth's resources as CDK constructs."""

    user_pool: Any
    user_pool_client: Any
    identity_pool_id: str
    authenticated_user_iam_role: Any
    unauthenticated_user_iam_role: Any
    groups: Mapping[str, Group]
    cfn_resources: AuthCfnResources
    providers: Providers


def make_auth(
    root: Root, auth: AuthDefinition, functions: Functions, last_updated: object
) -> AuthResources:
    """Make the auth stack's resources."""
    stack = root.nested(STACK, STACK_TYPE)
    scope = Construct(stack, auth.name)
    key = _sender_key(stack, auth)
    pool = make_user_pool(scope, auth, root.identity, key)
    secrets = SecretFetcher(stack, root.identity, last_updated)
    providers = make_providers(scope, pool, auth, root.identity, secrets)
    client = _client(scope, pool, auth, providers)
    identity_pool = aws_cognito.CfnIdentityPool(
        scope,
        "IdentityPool",
        allow_unauthenticated_identities=True,
        cognito_identity_providers=[
            {
                "clientId": client.user_pool_client_id,
                "providerName": f"cognito-idp.{stack.region}.amazonaws.com/{pool.user_pool_id}",
            }
        ],
        supported_login_providers=providers.logins or None,
    )
    signed_in = _role(scope, "authenticatedUserRole", identity_pool.ref, "authenticated")
    guest = _role(scope, "unauthenticatedUserRole", identity_pool.ref, "unauthenticated")
    attachment = _attach(
        scope,
        identity_pool,
        {"unauthenticated": guest.role_arn, "authenticated": signed_in.role_arn},
        f"cognito-idp.{stack.region}.amazonaws.com/{pool.user_pool_id}:"
        f"{client.user_pool_client_id}",
    )
    groups = _groups(scope, auth.groups, pool, identity_pool.ref)
    Tags.of(scope).add(FRIENDLY_NAME, auth.name)
    for trigger, function in auth.triggers.items():
        operation = aws_cognito.UserPoolOperation.of(_camel(trigger))
        pool.add_trigger(operation, functions[function].lambda_function)
    _add_senders(pool, auth, functions, key)
    grant_pool(root, auth.name, auth.access, pool, functions)
    return AuthResources(
        pool,
        client,
        identity_pool.ref,
        signed_in,
        guest,
        groups,
        AuthCfnResources(
            pool.node.default_child, client.node.default_child, identity_pool, attachment
        ),
        providers,
    )


def grant_pool(
    root: Root, name: str, access: Sequence[Grant], pool: Any, functions: Functions
) -> None:
    """Give functions their actions on the pool, and tell them its id through SSM."""
    stack = root.nested(STACK, STACK_TYPE)
    for number, each in enumerate(access, start=1):
        if each.function is None:
            continue
        statement = aws_iam.PolicyStatement(
            actions=iam_actions(each.actions), resources=[pool.user_pool_arn]
        )
        policy = aws_iam.Policy(stack, f"userpoolAccess{number}", statements=[statement])
        policy.attach_to_role(functions[each.function].lambda_function.role)
    if access:
        key = environment_name(name, "USERPOOL_ID")
        publish_reference(root, stack, key, pool.user_pool_id)


def publish_reference(root: Root, stack: Any, key: str, value: str) -> None:
    """Write a value where functions find it: at the reference's path in SSM."""
    aws_ssm.CfnParameter(
        stack,
        f"{key}Parameter",
        name=root.identity.reference_path(key),
        type="String",
        value=value,
    )


def _client(scope: Any, pool: Any, auth: AuthDefinition, providers: Providers) -> Any:
    flows = aws_cognito.OAuthFlows(authorization_code_grant=True, implicit_code_grant=False)
    client = aws_cognito.UserPoolClient(
        scope,
        "UserPoolAppClient",
        user_pool=pool,
        auth_flows=aws_cognito.AuthFlow(user_srp=True, custom=True),
        prevent_user_existence_errors=True,
        o_auth=aws_cognito.OAuthSettings(flows=flows, **providers.client),
    )
    client.node.add_dependency(*providers.constructs)
    one_time = (auth.email and auth.email.one_time_password) or (
        auth.phone and auth.phone.one_time_password
    )
    if one_time or auth.passkeys:
        cfn = client.node.default_child
        cfn.explicit_auth_flows = [*(cfn.explicit_auth_flows or []), "ALLOW_USER_AUTH"]
    return client


def _role(scope: Any, name: str, identity_pool_id: str, state: str) -> Any:
    return aws_iam.Role(
        scope,
        name,
        assumed_by=aws_iam.FederatedPrincipal(
            "cognito-identity.amazonaws.com",
            {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool_id},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": state},
            },
            "sts:AssumeRoleWithWebIdentity",
        ),
    )


def _attach(scope: Any, identity_pool: Any, roles: Mapping[str, str], provider: str) -> Any:
    return aws_cognito.CfnIdentityPoolRoleAttachment(
        scope,
        "IdentityPoolRoleAttachment",
        identity_pool_id=identity_pool.ref,
        roles=roles,
        role_mappings={
            "UserPoolWebClientRoleMapping": {
                "type": "Token",
                "ambiguousRoleResolution": "AuthenticatedRole",
                "identityProvider": provider,
            }
        },
    )


def _groups(
    scope: Any, names: Sequence[str], pool: Any, identity_pool_id: str
) -> Mapping[str, Group]:
    found = {}
    for precedence, name in enumerate(names):
        role = _role(scope, f"{name}GroupRole", identity_pool_id, "authenticated")
        group = aws_cognito.CfnUserPoolGroup(
            scope,
            f"{name}Group",
            user_pool_id=pool.user_pool_id,
            group_name=name,
            role_arn=role.role_arn,
            precedence=precedence,
        )
        found[name] = Group(role, group)
    return found


def _sender_key(stack: Any, auth: AuthDefinition) -> Any:
    """The key with which Cognito hides codes from all but the functions that send them."""
    senders = (auth.email_sender, auth.sms_sender)
    if not any(isinstance(each, FunctionDefinition) for each in senders):
        return None
    if auth.sender_key_arn:
        return aws_kms.Key.from_key_arn(stack, "CustomSenderKey", auth.sender_key_arn)
    return aws_kms.Key(stack, "CustomSenderKey", enable_key_rotation=True)


def _add_senders(pool: Any, auth: AuthDefinition, functions: Functions, key: Any) -> None:
    for operation, sender in (
        ("customEmailSender", auth.email_sender),
        ("customSmsSender", auth.sms_sender),
    ):
        if isinstance(sender, FunctionDefinition):
            function = functions[sender].lambda_function
            key.grant_decrypt(function)
            pool.add_trigger(aws_cognito.UserPoolOperation.of(operation), function)


def _camel(trigger: str) -> str:
    first, *rest = trigger.split("_")
    return first + "".join(word.capitalize() for word in rest)

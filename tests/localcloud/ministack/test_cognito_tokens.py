"""Tokens as a table: each call that takes one × each thing that can be wrong with it, as on AWS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.session import Session
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.localcloud.identity_pools import trust
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.ministack.patches.cognito.tokens import TAKE_AN_ACCESS_TOKEN
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

pytestmark = pytest.mark.cloud

PASSWORD = "Correct-horse-1"
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
Refusal = tuple[str, str]


def not_authorized(message: str) -> Refusal:
    return "NotAuthorizedException", message


NOT_A_TOKEN = not_authorized("Invalid Access Token")
NOT_SIGNED = not_authorized("Could not verify signature for Access Token")
REVOKED = not_authorized("Access Token has been revoked")
NO_USER = ("UserNotFoundException", "User does not exist.")
NULL = (
    "InvalidParameterException",
    "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: "
    "Member must not be null",
)
EXPECTED = {
    "absent": NULL,
    "empty": NULL,
    "garbage": NOT_A_TOKEN,
    "three parts of garbage": NOT_A_TOKEN,
    "deep": NOT_A_TOKEN,
    "a number": NOT_A_TOKEN,
    "ID token": NOT_A_TOKEN,
    "refresh token": NOT_A_TOKEN,
    "wrong signature": NOT_SIGNED,
    "changed claims": NOT_SIGNED,
    "other key, same kid": NOT_SIGNED,
    "alg none": NOT_SIGNED,
    "alg HS256 with the public key": NOT_SIGNED,
    "signed by another pool": NOT_SIGNED,
    "of a pool that is gone": NOT_SIGNED,
    "expired": not_authorized("Access Token has expired"),
    "without Cognito's scope": not_authorized("Access Token does not have required scopes"),
    "after GlobalSignOut": REVOKED,
    "after AdminUserGlobalSignOut": REVOKED,
    "after RevokeToken": REVOKED,
    "while the user is disabled": not_authorized("User is disabled."),
    "after the user was disabled": REVOKED,
    "after the user was deleted": NO_USER,
    "of a former user of the name": NO_USER,
}


@dataclass
class Cloud:
    """A local cloud with two pools, and what it takes to forge their tokens."""

    endpoint: str
    folder: Path
    cognito: Any
    identity: Any
    iam: Any
    http: httpx.Client

    def __post_init__(self) -> None:
        self.pool, self.client = self.new_pool()
        self.other_pool, self.other_pool_client = self.new_pool()
        self.second_client = self.new_client(self.pool)

    def new_pool(self) -> tuple[str, str]:
        pool = self.cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
        return pool, self.new_client(pool)

    def new_client(self, pool: str, **settings: Any) -> str:
        asked = {"UserPoolId": pool, "ClientName": "web", "ExplicitAuthFlows": FLOWS, **settings}
        made: str = self.cognito.create_user_pool_client(**asked)["UserPoolClient"]["ClientId"]
        return made

    def user(self, name: str, pool: str = "", client: str = "") -> UserTokens:
        """A new user's tokens."""
        pool, client = pool or self.pool, client or self.client
        named = {"UserPoolId": pool, "Username": name}
        self.cognito.admin_create_user(**named, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        return self.sign_in(name, pool, client)

    def sign_in(self, name: str, pool: str = "", client: str = "") -> UserTokens:
        app = AppClient(pool or self.pool, client or self.client)
        found = begin(self.cognito, app, name, Flow.SRP, PASSWORD)
        assert isinstance(found, UserTokens)
        return found

    def ask(self, service: str, action: str, given: dict[str, Any]) -> tuple[int, Refusal]:
        """A call without a signature, as a browser makes it; its status and refusal."""
        said = self.http.post(
            self.endpoint,
            content=json.dumps(given),
            headers={
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": f"{service}.{action}",
            },
        )
        told = said.json() if said.content else {}
        return said.status_code, (told.get("__type", ""), told.get("message", ""))

    def refused(self, action: str, given: dict[str, Any]) -> Refusal:
        return self.ask("AWSCognitoIdentityProviderService", action, given)[1]

    def roles(self, identity_pool: str) -> None:
        """Give an identity pool roles that trust it."""
        roles = {
            name: self.iam.create_role(
                RoleName=f"{name}-{identity_pool[-12:]}",
                AssumeRolePolicyDocument=trust(identity_pool, name),
            )["Role"]["Arn"]
            for name in ("authenticated", "unauthenticated")
        }
        self.identity.set_identity_pool_roles(IdentityPoolId=identity_pool, Roles=roles)

    def key(self, pool: str, use: str) -> rsa.RSAPrivateKey:
        (file,) = self.folder.rglob(f"{pool}-{use}.pem")
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def signed(self, token: str, use: str = "access", pool: str = "", **changed: Any) -> str:
        """The token with other claims, signed by the pool itself."""
        head, claims = parts(token)
        return sign(self.key(pool or self.pool, use), head, {**claims, **changed})


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, claims, _ = token.split(".")
    said, claimed = (json.loads(base64.urlsafe_b64decode(each + "==")) for each in (head, claims))
    return said, claimed


def sign(key: rsa.RSAPrivateKey, head: dict[str, Any], claims: dict[str, Any]) -> str:
    text = f"{encoded(head)}.{encoded(claims)}"
    said = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64.urlsafe_b64encode(said).decode().rstrip('=')}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("tokens") / "local-cloud"
    target = lifecycle.start(folder)
    clients = Clients(target)
    with httpx.Client(timeout=20) as http:
        identity, iam = (clients.client(name) for name in ("cognito-identity", "iam"))
        yield Cloud(target.endpoint, folder, clients.cognito_idp, identity, iam, http)
    lifecycle.stop(folder)


@pytest.fixture(scope="module")
def tokens(cloud: Cloud) -> dict[str, Any]:
    """A token for each thing that can be wrong."""
    ann = cloud.user("ann")
    head, claims = parts(ann.access)
    text, _, signature = ann.access.rpartition(".")
    public = cloud.key(cloud.pool, "access").public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    confused = f"{encoded({**head, 'alg': 'HS256'})}.{encoded(claims)}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, confused.encode(), hashlib.sha256))
    foreign = cloud.user("ann", cloud.other_pool, cloud.other_pool_client)
    gone_pool, gone_client = cloud.new_pool()
    gone = cloud.user("ann", gone_pool, gone_client).access
    cloud.cognito.delete_user_pool(UserPoolId=gone_pool)
    found = {
        "absent": None,
        "empty": "",
        "garbage": "garbage",
        "three parts of garbage": "a.b.c",
        "deep": f"{encoded(head)}.{base64.urlsafe_b64encode(b'[' * 50_000).decode()}.c",
        "a number": 5,
        "ID token": ann.id,
        "refresh token": ann.refresh,
        "wrong signature": f"{text}.{signature[:-6]}{'A' * 6}",
        "changed claims": f"{encoded(head)}.{encoded({**claims, 'username': 'bob'})}.{signature}",
        "other key, same kid": sign(rsa.generate_private_key(65537, 2048), head, claims),
        "alg none": f"{encoded({'alg': 'none'})}.{encoded(claims)}.",
        "alg HS256 with the public key": f"{confused}.{mac.decode().rstrip('=')}",
        "signed by another pool": sign(
            cloud.key(cloud.other_pool, "access"), parts(foreign.access)[0], claims
        ),
        "of a pool that is gone": gone,
        "expired": cloud.signed(ann.access, exp=int(time.time()) - 1),
        "without Cognito's scope": cloud.signed(ann.access, scope="openid"),
    }
    for case in EXPECTED.keys() - found.keys():
        name = case.replace(" ", "-")
        given = cloud.user(name)
        found[case] = given.access
        of_user = {"UserPoolId": cloud.pool, "Username": name}
        match case:
            case "after GlobalSignOut":
                cloud.cognito.global_sign_out(AccessToken=given.access)
            case "after AdminUserGlobalSignOut":
                cloud.cognito.admin_user_global_sign_out(**of_user)
            case "after RevokeToken":
                cloud.cognito.revoke_token(Token=given.refresh, ClientId=cloud.client)
            case "while the user is disabled":
                cloud.cognito.admin_disable_user(**of_user)
            case "after the user was disabled":
                cloud.cognito.admin_disable_user(**of_user)
                cloud.cognito.admin_enable_user(**of_user)
            case "after the user was deleted":
                cloud.cognito.admin_delete_user(**of_user)
            case "of a former user of the name":
                cloud.cognito.admin_delete_user(**of_user)
                cloud.user(name)
    return found


def test_the_calls_with_an_access_token_are_those_of_cognitos_own_model() -> None:
    model = Session().get_service_model("cognito-idp")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    assert {
        name for name, shape in shapes.items() if shape and "AccessToken" in shape.members
    } == set(TAKE_AN_ACCESS_TOKEN)


def test_a_good_token_is_taken(cloud: Cloud) -> None:
    good = cloud.user("good").access
    assert cloud.cognito.get_user(AccessToken=good)["Username"] == "good"
    for action in sorted(TAKE_AN_ACCESS_TOKEN - {"DeleteUser", "GlobalSignOut"}):
        code, message = cloud.refused(action, {"AccessToken": good})
        assert "Token" not in message, (action, code, message)
    assert cloud.refused("GlobalSignOut", {"AccessToken": good}) == ("", "")


@pytest.mark.parametrize("wrong", EXPECTED)
def test_each_call_refuses_an_access_token_as_aws_does(
    cloud: Cloud, tokens: dict[str, Any], wrong: str
) -> None:
    given = {} if tokens[wrong] is None else {"AccessToken": tokens[wrong]}
    more = {
        "UserAttributes": [{"Name": "name", "Value": "Mallory"}],
        "PreviousPassword": PASSWORD,
        "ProposedPassword": "Another-horse-2",
    }
    seen = {
        action: cloud.refused(action, {**more, **given}) for action in sorted(TAKE_AN_ACCESS_TOKEN)
    }
    assert seen == dict.fromkeys(seen, EXPECTED[wrong])
    if tokens[wrong] and wrong not in ("without Cognito's scope", "deep"):
        told = cloud.http.get(
            f"{cloud.endpoint}/oauth2/userInfo",
            headers={"authorization": f"Bearer {tokens[wrong]}"},
        )
        assert told.status_code == 401


def test_no_refused_call_had_an_effect(cloud: Cloud, tokens: dict[str, Any]) -> None:
    for action in ("DeleteUser", "ChangePassword", "UpdateUserAttributes"):
        cloud.refused(action, {"AccessToken": tokens["alg none"]})
    found = cloud.cognito.admin_get_user(UserPoolId=cloud.pool, Username="ann")
    assert not [each for each in found["UserAttributes"] if each["Name"] == "name"]
    assert cloud.sign_in("ann")


REFRESH_EXPECTED = {
    "garbage": "Invalid Refresh Token",
    "access token": "Invalid Refresh Token",
    "ID token": "Invalid Refresh Token",
    "wrong signature": "Invalid Refresh Token",
    "of another pool": "Invalid Refresh Token",
    "of another client": "Refresh Token has different Client",
    "expired": "Refresh Token has expired",
    "after GlobalSignOut": "Refresh Token has been revoked",
    "after RevokeToken": "Refresh Token has been revoked",
    "while the user is disabled": "User is disabled.",
    "after the user was disabled": "Refresh Token has been revoked",
    "after the user was deleted": "The user has been deleted for the associated refresh token",
}


@pytest.mark.parametrize("wrong", REFRESH_EXPECTED)
def test_a_refresh_token_is_refused_as_aws_does(cloud: Cloud, wrong: str) -> None:
    name = f"refresh {wrong}".replace(" ", "-")
    given = cloud.user(name)
    of_user = {"UserPoolId": cloud.pool, "Username": name}
    token, client = given.refresh, cloud.client
    match wrong:
        case "garbage":
            token = "garbage"
        case "access token":
            token = given.access
        case "ID token":
            token = given.id
        case "wrong signature":
            token = f"{token[:-6]}AAAAAA"
        case "of another pool":
            token = cloud.user(name, cloud.other_pool, cloud.other_pool_client).refresh
        case "of another client":
            client = cloud.second_client
        case "expired":
            token = cloud.signed(token, exp=int(time.time()) - 1)
        case "after GlobalSignOut":
            cloud.cognito.global_sign_out(AccessToken=given.access)
        case "after RevokeToken":
            cloud.cognito.revoke_token(Token=token, ClientId=client)
        case "while the user is disabled":
            cloud.cognito.admin_disable_user(**of_user)
        case "after the user was disabled":
            cloud.cognito.admin_disable_user(**of_user)
            cloud.cognito.admin_enable_user(**of_user)
        case "after the user was deleted":
            cloud.cognito.admin_delete_user(**of_user)
    flow = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": token}}
    expected = not_authorized(REFRESH_EXPECTED[wrong])
    assert cloud.refused("InitiateAuth", {"ClientId": client, **flow}) == expected
    by_token = {"ClientId": client, "RefreshToken": token}
    assert cloud.refused("GetTokensFromRefreshToken", by_token) == expected
    with pytest.raises(cloud.cognito.exceptions.NotAuthorizedException) as refused:
        cloud.cognito.admin_initiate_auth(UserPoolId=cloud.pool, ClientId=client, **flow)
    assert refused.value.response["Error"]["Message"] == expected[1]
    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
    said = cloud.http.post(f"{cloud.endpoint}/oauth2/token", data=form)
    assert (said.status_code, said.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_tells_of_the_sign_in_that_it_goes_on_with(cloud: Cloud) -> None:
    given = cloud.user("lasting")
    first = parts(given.access)[1]
    flow = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": given.refresh}}
    for _ in range(50):
        again = cloud.cognito.initiate_auth(ClientId=cloud.client, **flow)["AuthenticationResult"]
        found = parts(again["AccessToken"])[1]
        if found["iat"] > first["iat"]:
            break
        time.sleep(0.05)
    assert found["iat"] > first["iat"] == first["auth_time"]
    assert found["jti"] != first["jti"]
    for token in (again["AccessToken"], again["IdToken"], given.id):
        told = parts(token)[1]
        kept = ("auth_time", "origin_jti", "event_id", "sub", "iss")
        assert {name: told[name] for name in kept} == {name: first[name] for name in kept}
    other = parts(cloud.sign_in("lasting").access)[1]
    assert (other["origin_jti"], other["event_id"]) != (first["origin_jti"], first["event_id"])


def test_tokens_of_a_client_without_revocation_end_by_a_sign_out_alone(cloud: Cloud) -> None:
    client = cloud.new_client(cloud.pool, EnableTokenRevocation=False)
    given = cloud.user("irrevocable", client=client)
    for token in (given.access, given.id):
        assert not {"origin_jti", "jti"} & parts(token)[1].keys()
    assert cloud.cognito.get_user(AccessToken=given.access)["Username"] == "irrevocable"
    cloud.cognito.global_sign_out(AccessToken=given.access)
    assert cloud.refused("GetUser", {"AccessToken": given.access}) == REVOKED


def test_a_sign_out_ends_every_sign_in_before_it_and_none_after(cloud: Cloud) -> None:
    before = [cloud.user("coming-and-going"), cloud.sign_in("coming-and-going")]
    cloud.cognito.global_sign_out(AccessToken=before[0].access)
    after = cloud.sign_in("coming-and-going")
    for given in before:
        assert cloud.refused("GetUser", {"AccessToken": given.access}) == REVOKED
    assert cloud.cognito.get_user(AccessToken=after.access)
    third = cloud.sign_in("coming-and-going")
    cloud.cognito.revoke_token(Token=after.refresh, ClientId=cloud.client)
    assert cloud.refused("GetUser", {"AccessToken": after.access}) == REVOKED
    assert cloud.cognito.get_user(AccessToken=third.access)


def test_user_info_is_told_until_the_sign_in_ends(cloud: Cloud) -> None:
    given = cloud.user("informed")
    told = cloud.signed(given.access, scope="openid profile")

    def ask() -> httpx.Response:
        bearer = {"authorization": f"Bearer {told}"}
        return cloud.http.get(f"{cloud.endpoint}/oauth2/userInfo", headers=bearer)

    assert ask().json()["username"] == "informed"
    cloud.cognito.global_sign_out(AccessToken=given.access)
    refused = ask()
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


def test_revoking_takes_a_clients_own_refresh_tokens_alone(cloud: Cloud) -> None:
    given = cloud.user("revoking")
    not_revocable = cloud.new_client(cloud.pool, EnableTokenRevocation=False)
    secret = cloud.new_client(cloud.pool, GenerateSecret=True)
    forged = sign(rsa.generate_private_key(65537, 2048), *parts(given.refresh))
    for token, client, code in (
        (given.access, cloud.client, "UnsupportedTokenTypeException"),
        (given.id, cloud.client, "UnsupportedTokenTypeException"),
        (forged, cloud.client, "InvalidParameterException"),
        ("garbage", cloud.client, "InvalidParameterException"),
        (given.refresh, cloud.second_client, "UnauthorizedException"),
        (given.refresh, "nobody", "InvalidParameterException"),
        (given.refresh, secret, "UnauthorizedException"),
        (given.refresh, not_revocable, "UnsupportedOperationException"),
    ):
        assert cloud.refused("RevokeToken", {"Token": token, "ClientId": client})[0] == code
    assert cloud.refused("GetUser", {"AccessToken": given.access}) == ("", "")


# -- identity pools -------------------------------------------------------------------------------


def test_identity_pools_trust_their_own_providers_tokens_alone(cloud: Cloud) -> None:
    region = cloud.cognito.meta.region_name

    def provider(pool: str) -> str:
        return f"cognito-idp.{region}.amazonaws.com/{pool}"

    trusted = [{"ProviderName": provider(cloud.pool), "ClientId": cloud.client}]
    asked = {
        "CognitoIdentityProviders": trusted,
        "SupportedLoginProviders": {"www.amazon.com": "1"},
    }
    closed, guests = (
        cloud.identity.create_identity_pool(
            IdentityPoolName="app",
            AllowUnauthenticatedIdentities=allows,
            AllowClassicFlow=False,
            **asked,
        )["IdentityPoolId"]
        for allows in (False, True)
    )
    for pool in (closed, guests):
        cloud.roles(pool)
    ann, bob = cloud.user("identity-ann"), cloud.user("identity-bob")
    foreign = cloud.user("identity-ann", cloud.other_pool, cloud.other_pool_client)
    second = cloud.sign_in("identity-ann", client=cloud.second_client)
    ours = provider(cloud.pool)
    unsupported = "Token is not from a supported provider of this identity pool."
    logins: dict[str, tuple[Any, str]] = {
        "nobody": ({}, "Unauthenticated access is not supported for this identity pool."),
        "unknown provider": ({"accounts.google.com": "abc"}, unsupported),
        "another pool by its own name": ({provider(cloud.other_pool): foreign.id}, unsupported),
        "another pool under our name": (
            {ours: foreign.id},
            "Invalid login token. Issuer doesn't match providerName",
        ),
        "another client": ({ours: second.id}, unsupported),
        "access token": (
            {ours: ann.access},
            "Invalid login token. Missing a required claim: aud",
        ),
        "garbage": (
            {ours: "garbage"},
            "Invalid login token. Not a valid OpenId Connect identity token.",
        ),
        "wrong signature": (
            {ours: f"{ann.id[:-6]}AAAAAA"},
            "Invalid login token. Token signature invalid.",
        ),
        "alg none": (
            {ours: f"{encoded({'alg': 'none'})}.{encoded(parts(ann.id)[1])}."},
            "Invalid login token. Token signature invalid.",
        ),
        "expired": (
            {ours: cloud.signed(ann.id, "id", exp=int(time.time()) - 600)},
            "Invalid login token. Token expired: ",
        ),
        "one good, one unknown": ({ours: ann.id, "graph.facebook.com": "abc"}, unsupported),
    }
    ann_id = cloud.identity.get_id(IdentityPoolId=closed, Logins={ours: ann.id})["IdentityId"]
    same = cloud.identity.get_id(IdentityPoolId=closed, Logins={ours: ann.id})["IdentityId"]
    assert same == ann_id
    keys = cloud.identity.get_credentials_for_identity(IdentityId=ann_id, Logins={ours: ann.id})
    assert keys["Credentials"]["AccessKeyId"].startswith("ASIA")

    def refused(action: str, given: dict[str, Any]) -> Refusal:
        return cloud.ask("AWSCognitoIdentityService", action, given)[1]

    for wrong, (given, message) in logins.items():
        code, said = refused("GetId", {"IdentityPoolId": closed, "Logins": given})
        assert (code, said[: len(message)]) == ("NotAuthorizedException", message), wrong
        code, said = refused("GetCredentialsForIdentity", {"IdentityId": ann_id, "Logins": given})
        told = f"Access to Identity '{ann_id}' is forbidden." if wrong == "nobody" else message
        assert (code, said[: len(told)]) == ("NotAuthorizedException", told), wrong
    mine = refused("GetCredentialsForIdentity", {"IdentityId": ann_id, "Logins": {ours: bob.id}})
    assert mine[0] == "NotAuthorizedException"
    assert mine[1].startswith("Logins don't match.")
    nowhere = refused("GetCredentialsForIdentity", {"IdentityId": f"{region}:0", "Logins": {}})
    assert nowhere[0] == "ResourceNotFoundException"
    classic = refused("GetOpenIdToken", {"IdentityId": ann_id, "Logins": {ours: ann.id}})
    assert classic == (
        "InvalidParameterException",
        "Basic (classic) flow is not enabled, please use enhanced flow.",
    )
    guest = cloud.identity.get_id(IdentityPoolId=guests)["IdentityId"]
    assert cloud.identity.get_credentials_for_identity(IdentityId=guest)["Credentials"]
    # Who has signed in is no guest any more.
    cloud.identity.get_credentials_for_identity(IdentityId=guest, Logins={ours: bob.id})
    assert (
        refused("GetCredentialsForIdentity", {"IdentityId": guest})[0] == "NotAuthorizedException"
    )


def test_a_classic_pool_and_one_that_asks_the_user_pool(cloud: Cloud) -> None:
    region = cloud.cognito.meta.region_name
    ours = f"cognito-idp.{region}.amazonaws.com/{cloud.pool}"
    trusted = {"ProviderName": ours, "ClientId": cloud.client, "ServerSideTokenCheck": True}
    pool = cloud.identity.create_identity_pool(
        IdentityPoolName="classic",
        AllowUnauthenticatedIdentities=False,
        AllowClassicFlow=True,
        CognitoIdentityProviders=[trusted],
    )["IdentityPoolId"]
    cloud.roles(pool)
    given = cloud.user("classic")
    asked = {"Logins": {ours: given.id}}
    found = cloud.identity.get_id(IdentityPoolId=pool, **asked)["IdentityId"]
    assert cloud.identity.get_open_id_token(IdentityId=found, **asked)["Token"]
    cloud.cognito.global_sign_out(AccessToken=given.access)
    for action in ("GetCredentialsForIdentity", "GetOpenIdToken"):
        said = cloud.ask("AWSCognitoIdentityService", action, {"IdentityId": found, **asked})[1]
        assert said[0] == "NotAuthorizedException"


def test_sts_gives_a_role_for_a_token_of_ours_that_the_role_trusts(cloud: Cloud) -> None:
    region = cloud.cognito.meta.region_name
    pool = cloud.identity.create_identity_pool(
        IdentityPoolName="roles", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True
    )["IdentityPoolId"]
    roles = {}
    for name, audience in (("trusting", pool), ("other", f"{region}:another")):
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": audience}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = cloud.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
        roles[name] = made["Role"]["Arn"]
    guest = cloud.identity.get_id(IdentityPoolId=pool)["IdentityId"]
    good = cloud.identity.get_open_id_token(IdentityId=guest)["Token"]
    head, claims = parts(good)
    ann = cloud.user("web-identity")

    def assume(token: str, role: str = "trusting") -> tuple[int, str]:
        said = cloud.http.post(
            cloud.endpoint,
            data={
                "Action": "AssumeRoleWithWebIdentity",
                "Version": "2011-06-15",
                "RoleArn": roles[role],
                "RoleSessionName": "web",
                "WebIdentityToken": token,
            },
        )
        return said.status_code, said.text

    for token, code in (
        ("garbage", "InvalidIdentityToken"),
        (f"{good[:-6]}AAAAAA", "InvalidIdentityToken"),
        (f"{encoded({'alg': 'none'})}.{encoded(claims)}.", "InvalidIdentityToken"),
        (sign(rsa.generate_private_key(65537, 2048), head, claims), "InvalidIdentityToken"),
        (f"{encoded(head)}.{encoded({**claims, 'iss': 'https://evil.example'})}.x", "provider"),
        (ann.id, "AccessDenied"),
    ):
        status, said = assume(token)
        assert (status in (400, 403), code in said, "ASIA" in said) == (True, True, False), said
    assert "AccessDenied" in assume(good, "other")[1]
    status, said = assume(good)
    assert (status, "ASIA" in said) == (200, True)


# -- flows of clients -----------------------------------------------------------------------------

_SRP, _CUSTOM, _REFRESH = "USER_SRP_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"
_BY_PASSWORD, _BY_ADMIN = "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"
ALLOWED = [
    ([], {_SRP, _CUSTOM, _REFRESH}),
    (
        ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        {_SRP, _CUSTOM, _REFRESH},
    ),
    (["ALLOW_USER_PASSWORD_AUTH"], {_BY_PASSWORD}),
    (["ALLOW_ADMIN_USER_PASSWORD_AUTH"], {_BY_ADMIN, "ADMIN_NO_SRP_AUTH"}),
    (["ALLOW_USER_AUTH"], {"USER_AUTH"}),
    (["USER_PASSWORD_AUTH"], {_BY_PASSWORD, _SRP, _CUSTOM, _REFRESH}),
    (["ADMIN_NO_SRP_AUTH"], {_BY_ADMIN, "ADMIN_NO_SRP_AUTH", _SRP, _CUSTOM, _REFRESH}),
    (["CUSTOM_AUTH_FLOW_ONLY"], {_CUSTOM, _REFRESH}),
]


@pytest.mark.parametrize(("flows", "allowed"), ALLOWED)
def test_a_client_signs_in_by_its_own_flows_alone(
    cloud: Cloud, flows: list[str], allowed: set[str]
) -> None:
    client = cloud.new_client(cloud.pool, ExplicitAuthFlows=flows)
    given = {"USERNAME": "nobody", "PASSWORD": PASSWORD, "SRP_A": "a" * 64, "REFRESH_TOKEN": "x"}
    for flow in (
        _SRP,
        _CUSTOM,
        _REFRESH,
        _BY_PASSWORD,
        "USER_AUTH",
        _BY_ADMIN,
        "ADMIN_NO_SRP_AUTH",
    ):
        asked = {"ClientId": client, "AuthFlow": flow, "AuthParameters": given}
        code, said = cloud.refused("InitiateAuth", asked)
        with pytest.raises(cloud.cognito.exceptions.ClientError) as by_admin:
            cloud.cognito.admin_initiate_auth(UserPoolId=cloud.pool, **asked)
        told = by_admin.value.response["Error"]["Message"]
        not_here = "Initiate Auth method not supported."
        assert (said == not_here) == flow.startswith("ADMIN_")
        assert (told == not_here) == (flow == _BY_PASSWORD)
        for words in (said, told):
            if words != not_here:
                assert ("not enabled" in words) == (flow not in allowed), (flow, words)
        assert code


def test_a_client_with_a_secret_asks_for_its_hash_and_a_session_stays_with_its_client(
    cloud: Cloud,
) -> None:
    client = cloud.new_client(cloud.pool, GenerateSecret=True)
    cloud.user("secret")
    asked: dict[str, Any] = {
        "ClientId": client,
        "AuthFlow": _SRP,
        "AuthParameters": {"USERNAME": "secret", "SRP_A": "a" * 64},
    }
    code, said = cloud.refused("InitiateAuth", asked)
    assert (code, "SECRET_HASH was not received" in said) == ("NotAuthorizedException", True)
    asked["AuthParameters"]["SECRET_HASH"] = "d3Jvbmc="
    assert "Unable to verify secret hash" in cloud.refused("InitiateAuth", asked)[1]
    cloud.cognito.admin_create_user(
        UserPoolId=cloud.pool,
        Username="invited",
        MessageAction="SUPPRESS",
        TemporaryPassword=PASSWORD,
    )
    begun = cloud.cognito.admin_initiate_auth(
        UserPoolId=cloud.pool,
        ClientId=cloud.client,
        AuthFlow=_BY_ADMIN,
        AuthParameters={"USERNAME": "invited", "PASSWORD": PASSWORD},
    )
    answer = {
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": begun["Session"],
        "ChallengeResponses": {"USERNAME": "invited", "NEW_PASSWORD": "Another-horse-2"},
    }
    taken = cloud.refused("RespondToAuthChallenge", {"ClientId": cloud.second_client, **answer})
    assert taken == not_authorized("Invalid session for the user.")
    assert cloud.refused("RespondToAuthChallenge", {"ClientId": cloud.client, **answer}) == ("", "")

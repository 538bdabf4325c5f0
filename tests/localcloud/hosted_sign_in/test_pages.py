"""The hosted sign-in as a person uses it, at the domain's address that front ends are sent to."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.localcloud.hosted_sign_in.browser import Browser
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.users.authenticator import totp_code
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_sign_in import claims

pytestmark = pytest.mark.cloud

BACK = "http://localhost:5173/"
PASSWORD = "Correct-horse-1"
VERIFIER = "v" * 64
HOST = "/_amplify_tui/aws/sign-in-test.auth.us-east-1.amazoncognito.com"


class Pool:
    """A pool with a client as Amplify makes it: no password flow."""

    def __init__(self, clients: Clients, browser: Browser, http: httpx.Client) -> None:
        self.cognito: Any = clients.cognito_idp
        self.target = clients.target
        self.browser = browser
        self.http = http
        self.id = self.cognito.create_user_pool(
            PoolName="users",
            UsernameAttributes=["email"],
            AutoVerifiedAttributes=["email"],
            Policies={
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
                "PasswordPolicy": {"MinimumLength": 8},
            },
        )["UserPool"]["Id"]
        self.client = self.make_client()

    def make_client(self, **more: Any) -> str:
        settings = {
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "CallbackURLs": [BACK],
            "LogoutURLs": [f"{BACK}out"],
            "SupportedIdentityProviders": ["COGNITO"],
            "PreventUserExistenceErrors": "ENABLED",
        } | more
        made = self.cognito.create_user_pool_client(
            UserPoolId=self.id, ClientName="web", **settings
        )
        return str(made["UserPoolClient"]["ClientId"])

    def make_user(self, name: str, *, permanent: bool = True) -> None:
        self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            UserAttributes=[
                {"Name": "email", "Value": name},
                {"Name": "email_verified", "Value": "true"},
            ],
            MessageAction="SUPPRESS",
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=permanent
        )

    def ask(self, client: str = "", **more: str) -> dict[str, str]:
        challenge = hashlib.sha256(VERIFIER.encode()).digest()
        return {
            "client_id": client or self.client,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid email",
            "state": "my state",
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        } | more

    def authorize(self, client: str = "", **more: str) -> Browser:
        """What the app's redirect shows to a person who has not signed in."""
        self.browser.forget()
        self.browser.open(f"{HOST}/oauth2/authorize", self.ask(client, **more))
        return self.browser

    def code(self) -> str:
        assert isinstance(self.target, LocalTarget)
        return str(read_inbox(self.target, self.id)[0].code)

    def tokens(self, client: str = "", **more: str) -> dict[str, Any]:
        """What the app gets for the code that the last page gave it."""
        back = urlsplit(self.browser.page.location)
        assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
        told = parse_qs(back.query)
        assert told["state"] == ["my state"]
        exchange = {
            "grant_type": "authorization_code",
            "client_id": client or self.client,
            "redirect_uri": BACK,
            "code": told["code"][0],
            "code_verifier": VERIFIER,
        } | more
        answer: dict[str, Any] = self.http.post(f"{HOST}/oauth2/token", data=exchange).json()
        return answer


@pytest.fixture
def pool(local_clients: Clients, local_cloud: LocalTarget) -> Iterator[Pool]:
    with httpx.Client(base_url=local_cloud.endpoint, trust_env=False) as http:
        yield Pool(local_clients, Browser(http), http)


def test_signing_up_and_in(pool: Pool) -> None:
    browser = pool.authorize()
    assert "local cloud" in browser.page.text
    browser.follow("Sign up")
    refused = browser.press("Sign up", username="ann@example.com", new_password="short")
    assert "Password did not conform with policy" in refused.alert
    page = browser.press("Sign up", username="ann@example.com", new_password=PASSWORD)
    assert "Confirm your address" in page.text
    assert browser.press("Confirm", code="000000").alert
    browser.press("Send a new code")
    browser.press("Confirm", code=pool.code())
    wrong = browser.press("Sign in", username="ann@example.com", password="Wrong-horse-1")
    assert (wrong.status, wrong.alert) == (200, "Incorrect username or password.")
    nobody = browser.press("Sign in", username="nobody@example.com", password=PASSWORD)
    assert nobody.alert == wrong.alert
    browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    tokens = pool.tokens()
    assert claims(tokens["id_token"])["email"] == "ann@example.com"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    info = pool.http.get(f"{HOST}/oauth2/userInfo", headers=bearer)
    assert info.json()["email"] == "ann@example.com"
    revoked = {"token": tokens["refresh_token"], "client_id": pool.client}
    assert pool.http.post(f"{HOST}/oauth2/revoke", data=revoked).status_code == 200
    assert pool.http.get(f"{HOST}/oauth2/userInfo", headers=bearer).status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refreshed = pool.http.post(f"{HOST}/oauth2/token", data={**again, "client_id": pool.client})
    assert refreshed.json()["error"] == "invalid_grant"
    assert pool.http.post(f"{HOST}/oauth2/revoke", data={"token": ""}).json() == {
        "error": "invalid_request"
    }


def test_an_unconfirmed_user_gets_a_new_code(pool: Pool) -> None:
    pool.cognito.sign_up(ClientId=pool.client, Username="bob@example.com", Password=PASSWORD)
    browser = pool.authorize()
    page = browser.press("Sign in", username="bob@example.com", password=PASSWORD)
    assert "Confirm your address" in page.text
    browser.press("Confirm", code=pool.code())
    browser.press("Sign in", password=PASSWORD)
    assert pool.tokens()["id_token"]


def test_a_first_password_is_changed_and_a_forgotten_one_too(pool: Pool) -> None:
    pool.make_user("ann@example.com", permanent=False)
    browser = pool.authorize()
    page = browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    assert "Choose a new password" in page.text
    assert browser.press("Change password", new_password="short").alert
    browser.press("Change password", new_password="Another-horse-2")
    assert pool.tokens()["id_token"]
    browser = pool.authorize()
    browser.follow("Forgot your password?")
    browser.press("Send a code", username="ann@example.com")
    assert browser.press("Change password", code="000000", new_password=PASSWORD).alert
    browser.press("Change password", code=pool.code(), new_password=PASSWORD)
    browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    assert pool.tokens()["id_token"]


def test_an_authenticator_app_is_set_up_and_asked_for(pool: Pool) -> None:
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        SoftwareTokenMfaConfiguration={"Enabled": True},
        MfaConfiguration="ON",
    )
    pool.make_user("ann@example.com")
    browser = pool.authorize()
    page = browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    secret = page.text.partition("Add this key to the app: ")[2].split()[0]
    browser.press("Sign in", code=totp_code(secret))
    assert pool.tokens()["id_token"]
    browser = pool.authorize()
    browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    assert browser.press("Sign in", code="000000").alert
    assert not browser.page.location


def test_signing_in_by_a_code_where_the_client_allows_a_choice(pool: Pool) -> None:
    pool.make_user("ann@example.com")
    assert "Send a code by e-mail" not in pool.authorize().page.forms[0].buttons
    choice = pool.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    browser = pool.authorize(choice)
    browser.press("Send a code by e-mail", username="ann@example.com")
    browser.press("Sign in", code=pool.code())
    assert pool.tokens(choice)["id_token"]


def test_a_client_with_a_secret_and_one_with_the_implicit_flow(pool: Pool) -> None:
    pool.make_user("ann@example.com")
    secret = pool.make_client(GenerateSecret=True)
    pool.authorize(secret).press("Sign in", username="ann@example.com", password=PASSWORD)
    assert pool.tokens(secret)["error"] == "invalid_client"
    known = pool.cognito.describe_user_pool_client(UserPoolId=pool.id, ClientId=secret)
    given = known["UserPoolClient"]["ClientSecret"]
    assert pool.tokens(secret, client_secret=given)["id_token"]
    implicit = pool.make_client(AllowedOAuthFlows=["implicit"])
    asked = {"response_type": "token", "code_challenge": "", "code_challenge_method": ""}
    browser = pool.authorize(implicit, **asked)
    browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    told = parse_qs(urlsplit(browser.page.location).fragment)
    assert claims(told["id_token"][0])["email"] == "ann@example.com"
    assert told["state"] == ["my state"]


def test_what_an_app_may_not_ask(pool: Pool) -> None:
    browser = pool.authorize(redirect_uri="http://localhost:9/")
    assert browser.page.status == 400
    assert "redirect_mismatch" in browser.page.text
    assert BACK in browser.page.text
    assert pool.authorize(pool.client[::-1]).page.status == 400
    for wrong in ({"scope": "phone"}, {"response_type": "token"}, {"code_challenge": ""}):
        page = pool.authorize(**wrong).page
        back = urlsplit(page.location)
        assert back.netloc == "localhost:5173"
        assert "error=" in back.query + back.fragment
    google = pool.authorize(identity_provider="Google")
    assert google.page.status == 400
    assert "does not sign in with Google" in google.page.text
    assert google.follow("Sign in with a password").forms
    pool.cognito.update_user_pool(
        UserPoolId=pool.id, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}
    )
    assert "Sign up" not in pool.authorize().page.links


def test_a_page_stands_in_for_google(pool: Pool) -> None:
    pool.cognito.create_identity_provider(
        UserPoolId=pool.id,
        ProviderName="Google",
        ProviderType="Google",
        ProviderDetails={
            "client_id": "x",
            "client_secret": "y",
            "authorize_scopes": "email profile",
        },
        AttributeMapping={"email": "email", "nickname": "name", "username": "sub"},
    )
    client = pool.make_client(SupportedIdentityProviders=["COGNITO", "Google"])
    browser = pool.authorize(client)
    page = browser.follow("Sign in with Google")
    assert "stands in" in page.text
    browser.press("Sign in", email="ann@gmail.com", nickname="Ann")
    told = claims(pool.tokens(client)["id_token"])
    assert (told["email"], told["nickname"]) == ("ann@gmail.com", "Ann")
    assert told["cognito:username"].startswith("Google_")
    assert told["identities"][0]["providerName"] == "Google"
    assert told["cognito:groups"] == [f"{pool.id}_Google"]
    browser = pool.authorize(client, identity_provider="Google")
    browser.press("Sign in", email="Ann@gmail.com", nickname="Anna")
    again = claims(pool.tokens(client)["id_token"])
    assert (again["sub"], again["nickname"]) == (told["sub"], "Anna")
    (user,) = pool.cognito.list_users(UserPoolId=pool.id)["Users"]
    assert user["UserStatus"] == "EXTERNAL_PROVIDER"
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username=user["Username"])
    pool.authorize(client, identity_provider="Google")
    browser.press("Sign in", email="ann@gmail.com")
    assert "User%20is%20disabled" in browser.page.location


def test_signing_out(pool: Pool, local_cloud: LocalTarget) -> None:
    asked = {"client_id": pool.client, "logout_uri": f"{BACK}out"}
    assert pool.browser.open(f"{HOST}/logout", asked).location == f"{BACK}out"
    wrong = pool.browser.open(f"{HOST}/logout", {**asked, "logout_uri": "http://evil.example/"})
    assert (wrong.status, wrong.location) == (400, "")
    assert "redirect_mismatch" in wrong.text
    to_sign_in = {**pool.ask(), "response_type": "code"}
    assert pool.browser.open(f"{HOST}/logout", to_sign_in).forms


def test_a_browser_stays_signed_in_until_it_signs_out(pool: Pool) -> None:
    pool.make_user("ann@example.com")
    browser = pool.authorize()
    browser.press("Sign in", username="ann@example.com", password=PASSWORD)
    again = f"{HOST}/oauth2/authorize"
    assert not browser.open(again, pool.ask()).forms
    assert claims(pool.tokens()["id_token"])["email"] == "ann@example.com"
    assert browser.open(again, pool.ask(prompt="login")).forms
    assert browser.open(f"{HOST}/login", pool.ask()).forms
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="ann@example.com")
    assert browser.open(again, pool.ask()).forms
    pool.cognito.admin_enable_user(UserPoolId=pool.id, Username="ann@example.com")
    assert not browser.open(again, pool.ask()).forms
    browser.open(f"{HOST}/logout", {"client_id": pool.client, "logout_uri": f"{BACK}out"})
    assert browser.open(again, pool.ask()).forms


def test_text_that_others_wrote_stays_text(pool: Pool) -> None:
    mark = f"<script>{secrets.token_hex(4)}</script>"
    browser = pool.authorize(state=f'"{mark}')
    page = browser.press("Sign in", username=mark, password=PASSWORD)
    assert mark not in page.text.replace("&lt;", "<") or page.forms
    assert not [form for form in page.forms if form.values["state"] != f'"{mark}']


def test_a_bucket_keeps_its_own_objects(local_clients: Clients, pool: Pool) -> None:
    s3 = local_clients.s3
    s3.create_bucket(Bucket="login")
    s3.put_object(Bucket="login", Key="a", Body=b"x")
    s3.create_bucket(Bucket="sign-in-files")
    s3.put_object(Bucket="sign-in-files", Key="login", Body=b"mine")
    sign: Callable[..., str] = s3.generate_presigned_url
    address = sign("get_object", Params={"Bucket": "sign-in-files", "Key": "login"})
    assert pool.http.get(address).text == "mine"
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="login")["Contents"]] == ["a"]

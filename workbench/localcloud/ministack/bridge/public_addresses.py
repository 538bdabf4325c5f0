"""Recognises the requests that AWS serves without a signature, as the emulator routes them.

All others must be signed. A request is public only if the emulator would pass it to the public
operation itself: its router looks at the host, then at paths, then at the target, so each rule
names all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.ministack.bridge.application_addresses import headers_for_page

Headers = Mapping[str, str]

_USER_POOLS = "AWSCognitoIdentityProviderService."
_PUBLIC_OF_USER_POOLS = frozenset(
    [
        "AssociateSoftwareToken",
        "ChangePassword",
        "CompleteWebAuthnRegistration",
        "ConfirmDevice",
        "ConfirmForgotPassword",
        "ConfirmSignUp",
        "DeleteUser",
        "DeleteUserAttributes",
        "DeleteWebAuthnCredential",
        "ForgetDevice",
        "ForgotPassword",
        "GetDevice",
        "GetTokensFromRefreshToken",
        "GetUser",
        "GetUserAttributeVerificationCode",
        "GetUserAuthFactors",
        "GlobalSignOut",
        "InitiateAuth",
        "ListDevices",
        "ListWebAuthnCredentials",
        "ResendConfirmationCode",
        "RespondToAuthChallenge",
        "RevokeToken",
        "SetUserMFAPreference",
        "SetUserSettings",
        "SignUp",
        "StartWebAuthnRegistration",
        "UpdateAuthEventFeedback",
        "UpdateDeviceStatus",
        "UpdateUserAttributes",
        "VerifySoftwareToken",
        "VerifyUserAttribute",
    ]
)
_IDENTITY_POOLS = "AWSCognitoIdentityService."
_PUBLIC_OF_IDENTITY_POOLS = frozenset(
    {"GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "UnlinkIdentity"}
)
PUBLIC_TARGETS = frozenset(
    {_USER_POOLS + name for name in _PUBLIC_OF_USER_POOLS}
    | {_IDENTITY_POOLS + name for name in _PUBLIC_OF_IDENTITY_POOLS}
)
"""``X-Amz-Target`` of the operations that the SDKs send without a signature."""

PUBLIC_ACTIONS = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""Actions of STS that the SDKs send without a signature; the credential is in the form."""

_SIGN_IN = frozenset(
    {
        ("GET", "/oauth2/authorize"),
        ("GET", "/oauth2/userInfo"),
        ("GET", "/oauth2/userinfo"),
        ("POST", "/oauth2/userInfo"),
        ("POST", "/oauth2/userinfo"),
        ("POST", "/oauth2/login"),
        ("POST", "/login"),
        ("POST", "/oauth2/token"),
        ("GET", "/logout"),
    }
)
_WITH_TOKEN_IN_PATH = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
_DISCOVERY = ("/.well-known/jwks.json", "/.well-known/openid-configuration")
OTHERS_PATHS = ("/_", "/iceberg", "/v20180820/", "/v2/email", "/WriteGetObjectResponse")
"""Paths that the emulator serves whatever the host is."""

_PLAIN_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PUBLIC_SERVICE = re.compile(
    r"(?:cognito-idp|cognito-identity|sts)(?:-fips)?\.(?:[a-z0-9-]+\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
"""Hosts of the services that have public operations: the router does not look at them."""


def is_public(method: str, path: str, query: str, headers: Headers) -> bool:
    """Whether a request without a signature is served; header names in lower case."""
    return is_for_everybody(method, path, query, headers) or is_open_object(
        method, path, query, headers
    )


def is_for_everybody(method: str, path: str, query: str, headers: Headers) -> bool:
    """The same for all but S3: IAM is not asked about these, whoever signed them."""
    if (method, path) in _SIGN_IN:
        return True
    if method == "PUT" and path.startswith(_WITH_TOKEN_IN_PATH):
        return True
    if method == "GET" and path.endswith(_DISCOVERY):
        return _is_pool(path.rpartition("/.well-known/")[0].lstrip("/"))
    target = headers.get("x-amz-target", "")
    if target in PUBLIC_TARGETS:
        return method == "POST" and path == "/" and not query and is_plain_host(headers)
    return _is_public_application(method, path, query, headers)


def is_public_handshake(path: str, headers: Headers) -> bool:
    """Whether an unsigned WebSocket is served: by an API Gateway, whose ``$connect`` route
    authorizes it."""
    from ministack import app
    from ministack.services import apigateway

    found = app._parse_execute_api_url(headers.get("host", ""), path)
    if found is None:
        return False
    scope = apigateway.find_api_scope(found[0])
    if scope is None:
        return True  # there is nothing to connect to
    with apigateway.request_scope(*scope):
        routes = apigateway._routes.get(found[0], {}).values()
        kinds = {r.get("authorizationType") for r in routes if r.get("routeKey") == "$connect"}
    return "AWS_IAM" not in kinds


def is_plain_host(headers: Headers) -> bool:
    """Whether the host says nothing of a bucket or an application, nor of a service without public
    operations."""
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return name.lower() in _PLAIN_HOSTS or bool(_PUBLIC_SERVICE.fullmatch(name.lower()))


def bucket_of_host(host: str) -> str:
    """The bucket that a host names, empty where it names none."""
    from ministack import app

    return str(app._extract_s3_vhost_bucket(host) or "")


def _is_pool(pool_id: str) -> bool:
    from ministack.services import cognito

    return bool(pool_id) and cognito._get_pool_unscoped(pool_id) is not None


def _is_public_application(method: str, path: str, query: str, headers: Headers) -> bool:
    """API Gateway, function URLs, CloudFront, load balancers: by their own authorization."""
    from ministack import app

    host = headers.get("host", "")
    by_path = path.startswith(("/_aws/execute-api/", "/_aws/lambda-url/", "/restapis/", "/_alb/"))
    if not by_path and (
        path.startswith(OTHERS_PATHS)
        or path in app._RDS_DATA_PATHS
        or app._is_ecr_registry_path(path)
    ):
        return False
    label = app._parse_cloudfront_dataplane_host(host)
    if label is not None and app._get_module("cloudfront").find_distribution_for_label(label):
        return True
    if method == "OPTIONS" and headers_for_page(host, path, "") is not None:
        return True  # answered before anybody is authorized, as no browser signs it
    api = app._parse_execute_api_url(host, path) or _by_custom_domain(app, host, path)
    if api is not None:
        return _is_open_api(app, api, method)
    url = app._parse_lambda_url(host, path)
    if url is not None:
        resolved = app._get_module("lambda_svc").resolve_function_url(url[0])
        return resolved is None or resolved[4].get("AuthType", "AWS_IAM") == "NONE"
    return _is_load_balancer(app, host, path)


def _by_custom_domain(app: Any, host: str, path: str) -> tuple[str, str, str] | None:
    found = app._resolve_custom_domain_request(host, path)
    if found is None or found[1]:
        return found  # type: ignore[no-any-return]
    stage, _, rest = found[2].lstrip("/").partition("/")
    return found[0], stage, "/" + rest


def _is_open_api(app: Any, api: tuple[str, str, str], method: str) -> bool:
    api_id, stage, path = api
    if path.startswith("/@connections/"):
        return False
    stage, path = app._resolve_stage_and_path(api_id, stage, path)
    return bool(app._execute_api_authorization_type(api_id, stage, method, path) != "AWS_IAM")


def _is_load_balancer(app: Any, host: str, path: str) -> bool:
    if not app._is_potential_alb_request(host, path):
        return False
    alb = app._get_module("alb")
    if alb.find_lb_for_host(host) is not None:
        return True
    by_name = path.removeprefix("/_alb/").split("/", 1)[0]
    return path.startswith("/_alb/") and alb._find_lb_by_name(by_name) is not None


def is_open_object(method: str, path: str, query: str, headers: Headers) -> bool:
    """Objects that a policy or ACL makes public; and forms, which ``post_forms`` checks."""
    from ministack import app
    from ministack.services import s3

    if path.startswith(OTHERS_PATHS) or path in app._RDS_DATA_PATHS:
        return False
    parameters = parse_qs(query, keep_blank_values=True)
    target = app._s3_cors_target(headers.get("host", ""), path)
    if target is None or app.detect_service(method, path, headers, parameters) != "s3":
        return False
    bucket, key = target
    if method == "POST":
        form = headers.get("content-type", "").startswith("multipart/form-data")
        return form and not query and not key.strip("/")
    if method not in {"GET", "HEAD"}:
        return False
    return bool(
        s3._foreign_bucket_allows(
            LOCAL_ACCOUNT, bucket, unquote(key), method, parameters, "", headers
        )
    )

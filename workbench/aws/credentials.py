"""Who deploys: the caller's identity, or in plain words what is wrong with the credentials."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from workbench.aws.client_errors import FOREIGN_ANSWER, error_code, error_message, is_foreign_answer
from workbench.aws.clients import Clients
from workbench.aws.target import LOCAL_ACCOUNT, AwsTarget
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import aws

EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
INVALID_CODES = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "InvalidToken",
    }
)
SIGNATURE_CODES = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials are in use: account id, ARN and region."""

    account: str
    arn: str
    region: str


def identify(clients: Clients) -> Caller:
    """Ask the target who the caller is; raises UserProblem with the next step.

    The local cloud knows one caller, so it is not asked.
    """
    if clients.is_local:
        return Caller(LOCAL_ACCOUNT, f"arn:aws:iam::{LOCAL_ACCOUNT}:root", clients.region)
    try:
        answer = clients.sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        profile = clients.target.profile if isinstance(clients.target, AwsTarget) else None
        problem = credential_problem(error, profile)
        if problem is None:
            raise
        raise problem from error
    return Caller(answer["Account"], answer["Arn"], clients.region)


def credential_problem(error: BaseException, profile: str | None = None) -> UserProblem | None:
    """What is wrong with the credentials and how to fix it, or None where they are not at fault."""
    name = f"profile {profile}" if profile else "the default credentials"
    configure = aws("configure", profile=profile)
    login = aws("sso", "login", profile=profile)
    match error:
        case ProfileNotFound():
            return UserProblem(
                f"There is no AWS {name} in ~/.aws/config.",
                f"Create it with `{configure}`, choose another one with --profile, "
                "or use the local cloud with --local.",
                offer="target",
            )
        case UnauthorizedSSOTokenError() | SSOTokenLoadError() | SSOError() | TokenRetrievalError():
            return UserProblem(
                f"The SSO session of {name} has expired.",
                f"Run `{login}`.",
                offer="login",
            )
        case NoCredentialsError() | PartialCredentialsError() | CredentialRetrievalError():
            return UserProblem(
                f"No usable AWS credentials were found for {name}.",
                f"Run `{configure}` or `{login}`, or use the local cloud with --local.",
                offer="login",
            )
        case EndpointConnectionError() | BotoConnectionError():
            return UserProblem(
                f"AWS could not be reached: {error}",
                "Check the network connection and the region's name.",
            )
        case _:
            return _answered_problem(error, name, profile)


def _answered_problem(error: BaseException, name: str, profile: str | None) -> UserProblem | None:
    if is_foreign_answer(error):
        return UserProblem(
            f"{FOREIGN_ANSWER}.",
            "Check the proxy (HTTPS_PROXY), whether a VPN or network asks for a sign-in, and "
            "AWS_ENDPOINT_URL.",
            details=(error_message(error).removeprefix(f"{FOREIGN_ANSWER}: "),),
        )
    code = error_code(error)
    if code in EXPIRED_CODES:
        return UserProblem(
            f"The AWS session of {name} has expired.",
            f"Get new credentials, for example with `{aws('sso', 'login', profile=profile)}`.",
            offer="login",
        )
    if code in INVALID_CODES:
        return UserProblem(
            f"AWS does not accept {name}: {error_message(error)}",
            f"Check the keys with `{aws('sts', 'get-caller-identity', profile=profile)}`, "
            f"or set new ones with `{aws('configure', profile=profile)}`.",
            offer="login",
        )
    if code in SIGNATURE_CODES:
        return UserProblem(
            f"AWS could not verify the signature made with {name}.",
            "Check that the secret key is complete and that this machine's clock is right.",
        )
    return None

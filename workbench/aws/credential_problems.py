"""What is wrong with the credentials, in plain words: one problem for each state."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InfiniteLoopConfigError,
    InvalidConfigError,
    InvalidRegionError,
    MetadataRetrievalError,
    MissingDependencyException,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    RefreshWithMFAUnsupportedError,
    SSLError,
    SSOError,
    TokenRetrievalError,
    UnknownRegionError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from workbench.aws.client_errors import FOREIGN_ANSWER, error_code, error_message, is_foreign_answer
from workbench.aws.partitions import url_suffix
from workbench.aws.profile_settings import ProfileSettings, SsoSettings, settings_of
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui, aws, pip_install
from workbench.redaction.secret_shapes import redact

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
SKEW_CODES = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"})
_SKEW_WORDS = ("Signature expired", "Signature not yet current", "is not within")
_LOCAL = "or use the local cloud with --local"


class SsoSignInNeeded(UserProblem):
    """The SSO session has ended or never begun; ``sso`` is what to sign in to."""

    def __init__(self, what: str, next_step: str, sso: SsoSettings | None) -> None:
        super().__init__(what, next_step, offer="login")
        self.sso = sso


class MfaCodeNeeded(UserProblem):
    """A role needs a code of the MFA device ``serial``; ``refused`` is why AWS took none yet."""

    def __init__(self, what: str, next_step: str, serial: str, refused: str = "") -> None:
        super().__init__(what, next_step, offer="login")
        self.serial = serial
        self.refused = refused


class CodeAskedError(BotoCoreError):
    """Raised where botocore would ask the terminal for an MFA code."""

    fmt = "An MFA code of {serial} is needed."

    def __init__(self, serial: str) -> None:
        super().__init__(serial=serial)
        self.serial = serial


class CredentialsUnavailableError(BotoCoreError):
    """The credentials could not be loaded or renewed; ``problem`` says why and what to do."""

    fmt = "{problem}"

    def __init__(self, problem: UserProblem) -> None:
        super().__init__(problem=problem)
        self.problem = problem


def credential_problem(error: BaseException, profile: str | None = None) -> UserProblem | None:
    """What is wrong with the credentials and how to fix it, or None where they are not at fault."""
    return unavailable(error, ProfileSettings(profile or "", ()))


def unavailable(error: BaseException, settings: ProfileSettings) -> UserProblem | None:
    """The same, for a profile whose settings are known."""
    if isinstance(error, CredentialsUnavailableError):
        return error.problem
    if is_foreign_answer(error):
        return UserProblem(
            f"{FOREIGN_ANSWER}.",
            "Check the proxy (HTTPS_PROXY), whether a VPN or network asks for a sign-in, and "
            "AWS_ENDPOINT_URL.",
            details=(error_message(error).removeprefix(f"{FOREIGN_ANSWER}: "),),
        )
    profile = settings.name
    known = profile not in {"", "default"}
    name = f"profile {profile}" if known else "the default credentials"
    own = profile if known else None
    configure = aws("configure", profile=own)
    login = f"Sign in: `{amplify_tui('login')}`."
    match error:
        case ProfileNotFound():
            return UserProblem(
                f"There is no AWS {name} in {_config_file()}.",
                f"Create it with `{configure}`, choose another one with --profile, {_LOCAL}.",
                offer="target",
            )
        case CodeAskedError() | RefreshWithMFAUnsupportedError():
            serial = error.serial if isinstance(error, CodeAskedError) else ""
            return mfa_problem(settings, serial or settings.mfa_serial or "")
        case SSOError() | TokenRetrievalError():
            return SsoSignInNeeded(
                f"The SSO session of {name} has expired, or has not begun.",
                login,
                settings.sso,
            )
        case InfiniteLoopConfigError():
            circle = (*error.kwargs["visited_profiles"], error.kwargs["source_profile"])
            return UserProblem(
                f"The source profiles of {name} lead in a circle: {' → '.join(circle)}.",
                f"Set `source_profile` in {_config_file()} to a profile with keys or SSO.",
                offer="target",
            )
        case ConfigParseError() | InvalidConfigError():
            return UserProblem(
                f"The AWS settings of {name} are not valid: {redact(str(error))}",
                f"Fix {_config_file()}.",
                offer="target",
            )
        case UnknownRegionError() | InvalidRegionError():
            return UserProblem(
                f"AWS has no region {error.kwargs.get('region_name')}.",
                f"Check AWS_REGION, and `region = …` of the profile in {_config_file()}.",
                offer="target",
            )
        case NoRegionError():
            return UserProblem(
                f"No AWS region is set for {name}.",
                f"Set AWS_REGION, or add `region = …` to the profile in {_config_file()}.",
                offer="target",
            )
        case PartialCredentialsError():
            return UserProblem(
                f"The keys of {name} are incomplete: {error.kwargs.get('cred_var')} is missing.",
                f"Run `{configure}`, {_LOCAL}.",
                offer="login",
            )
        case CredentialRetrievalError():
            return _not_retrieved(error, settings, name)
        case MetadataRetrievalError():
            return UserProblem(
                f"The metadata service gave no credentials for {name}: {redact(str(error))}",
                f"Check the role of this machine or container, {_LOCAL}.",
                offer="target",
            )
        case MissingDependencyException():
            return UserProblem(
                f"{name[:1].upper()}{name[1:]} uses a console sign-in; it needs one more library.",
                f"Install it: `{pip_install(sys.executable, 'botocore[crt]')}`.",
                offer="target",
            )
        case NoCredentialsError():
            return UserProblem(
                f"No usable AWS credentials were found for {name}.",
                f"Run `{configure}`, or `{aws('configure', 'sso', profile=own)}` (SSO), {_LOCAL}.",
                offer="login",
            )
        case SSLError():
            return UserProblem(
                f"The connection to AWS is not trusted: {error}",
                "Where a proxy signs connections itself, set AWS_CA_BUNDLE to its certificate.",
            )
        case ProxyConnectionError():
            return UserProblem(
                f"The proxy could not be reached: {error}",
                "Check HTTPS_PROXY and NO_PROXY.",
            )
        case EndpointConnectionError() | BotoConnectionError():
            return _unreachable(error)
        case BotoCoreError() if type(error).__name__.startswith("Login"):
            return UserProblem(
                f"The AWS sign-in of {name} has ended: {redact(str(error))}",
                f"Run `{aws('login', profile=own)}`.",
                offer="login",
            )
        case ClientError():
            return _answered_problem(error, settings, name, own)
        case _:
            return None


def mfa_problem(settings: ProfileSettings, serial: str, refused: str = "") -> MfaCodeNeeded:
    """A code is needed, the first time or after ``refused``."""
    source = settings.chain[-1] if settings.chain else None
    words = ("--serial-number", serial or "DEVICE", "--token-code", "CODE")
    command = aws("sts", "get-session-token", *words, profile=source)
    device = f" of {serial}" if serial else ""
    return MfaCodeNeeded(
        refused or f"Profile {settings.name} needs an MFA code{device}.",
        f"Sign in: `{amplify_tui('login')}`. Where there is no terminal, set temporary keys from "
        f"`{command}` as environment variables.",
        serial,
        refused,
    )


def _not_retrieved(
    error: CredentialRetrievalError, settings: ProfileSettings, name: str
) -> UserProblem:
    said = redact(str(error.kwargs.get("error_msg") or error)).strip()
    last = said.splitlines()[-1] if said else "it said nothing"
    details = tuple(said.splitlines()[:-1][-8:])
    if error.kwargs.get("provider") == "custom-process" and settings.process:
        program = settings.process.split()[0]
        return UserProblem(
            f"The credential process of {name} failed ({program}): {last}",
            f"Run the command of `credential_process` in {_config_file()} in a terminal; "
            "when it works there, deploy again.",
            offer="login",
            details=details,
        )
    return UserProblem(
        f"No credentials could be read for {name}: {last}",
        f"Check the profile in {_config_file()}, {_LOCAL}.",
        offer="target",
        details=details,
    )


def _unreachable(error: BaseException) -> UserProblem:
    service, region = _service_of(error)
    if service and region:
        return UserProblem(
            f"{service} could not be reached in {region}; AWS may not offer it in that region.",
            "Check the network connection, or choose a region that has it.",
        )
    return UserProblem(
        f"AWS could not be reached: {error}",
        "Check the network connection and the region's name.",
    )


def _service_of(error: BaseException) -> tuple[str, str]:
    """The service and region of an address that botocore knows not to exist, else empty."""
    from botocore.session import Session

    url = error.kwargs.get("endpoint_url", "") if isinstance(error, BotoCoreError) else ""
    service, _, rest = (urlsplit(str(url)).hostname or "").partition(".")
    region, _, suffix = rest.partition(".")
    session = Session()
    try:
        partition = session.get_partition_for_region(region)
    except UnknownRegionError:
        return "", ""
    if suffix != url_suffix(partition):
        return "", ""
    named = service in session.get_available_services()
    offered = session.get_available_regions(service, partition) if named else []
    return (service, region) if named and region not in offered else ("", "")


def _answered_problem(
    error: ClientError, settings: ProfileSettings, name: str, profile: str | None
) -> UserProblem | None:
    code, said = error_code(error), error_message(error)
    if code in SKEW_CODES or any(words in said for words in _SKEW_WORDS):
        return UserProblem(
            f"This machine's clock is wrong: AWS refuses the time of its requests ({said})",
            "Set the clock, for example by turning on its synchronization.",
        )
    if error.operation_name == "AssumeRoleWithWebIdentity":
        return UserProblem(
            f"AWS gave no credentials for the web identity token of {name}: {said}",
            "Check the token file (AWS_WEB_IDENTITY_TOKEN_FILE) and the role's trust policy.",
            offer="target",
        )
    if code in EXPIRED_CODES:
        return _expired(settings, name, profile)
    if code in INVALID_CODES:
        return UserProblem(
            f"AWS does not accept {name}: {said}",
            f"Check the keys with `{aws('sts', 'get-caller-identity', profile=profile)}`, "
            f"or set new ones with `{aws('configure', profile=profile)}`.",
            offer="login",
        )
    if code in SIGNATURE_CODES:
        return UserProblem(
            f"AWS could not verify the signature made with {name}.",
            "Check that the secret key is complete and that this machine's clock is right.",
        )
    if error.operation_name == "AssumeRole" and settings.role and code == "AccessDenied":
        mfa = "" if settings.mfa_serial else " If it demands MFA, add `mfa_serial` to the profile."
        return UserProblem(
            f"The role of {name} may not be assumed: {said}",
            f"Check `role_arn` in {_config_file()} and the role's trust policy.{mfa}",
            offer="target",
        )
    return None


def _expired(settings: ProfileSettings, name: str, profile: str | None) -> UserProblem:
    what = f"The AWS session of {name} has expired."
    if profile is None and os.environ.get("AWS_ACCESS_KEY_ID"):
        next_step = "Set new AWS_… keys in the shell, and start amplify-tui there again."
        return UserProblem(what, next_step, offer="target")
    if not settings.chain:
        settings = settings_of(profile)
    if settings.sso or settings.mfa_serial:
        return UserProblem(what, f"Sign in: `{amplify_tui('login')}`.", offer="login")
    if settings.login_session:
        return UserProblem(what, f"Run `{aws('login', profile=profile)}`.", offer="login")
    configure = aws("configure", profile=profile)
    next_step = f"Renew its keys with the tool that wrote them, or enter others: `{configure}`."
    return UserProblem(what, next_step, offer="login")


def _config_file() -> str:
    return os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"

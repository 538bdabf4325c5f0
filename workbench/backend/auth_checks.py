"""What ``define_auth`` refuses: what Amplify does at synthesis, and Cognito at the deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.backend.constructs.auth.actions import ACTIONS
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.auth import (
    AuthDefinition,
    ExternalProviders,
    Multifactor,
    SesSender,
    SnsSender,
    UserAttribute,
)
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.resource_names import check_resource_name

_DOMAIN = re.compile(
    r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
)
_ADDRESS = re.compile(r"[\d.]+")
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SCOPES = ("PHONE", "EMAIL", "OPENID", "PROFILE", "COGNITO_ADMIN")
_STRING_LENGTH = 2048
_Problem = tuple[str, str]


def check_auth(auth: AuthDefinition) -> None:
    """Raise DefinitionError for the first thing that cannot be deployed."""
    check_resource_name("auth", auth.name, auth.place)
    for what, fix in _problems(auth):
        raise DefinitionError(what, fix, auth.place)
    check_access(auth.access)


def check_access(access: Sequence[Grant]) -> None:
    """Raise DefinitionError for a grant that is not of the user pool's to functions."""
    for each in access:
        if each.who != "function":
            raise DefinitionError(
                "The user pool can be granted to functions only.",
                'Write grant.function(my_function, "manageUsers").',
                each.place,
            )
        for action in each.actions:
            if action not in ACTIONS:
                raise DefinitionError(
                    f"The user pool has no action {action!r}.",
                    f"Use one of {', '.join(ACTIONS)}.",
                    each.place,
                )


def _problems(auth: AuthDefinition) -> Iterator[_Problem]:
    if auth.email is None and auth.phone is None:
        yield "Users can sign in with nothing.", "Give define_auth email=True or phone=True."
    yield from _group_problems(auth.groups)
    for name, attribute in auth.user_attributes.items():
        yield from _attribute_problems(name, attribute)
    if len(auth.user_attributes) > 50:
        yield "The user pool has more than 50 attributes.", "Cognito takes 50."
    yield from _message_problems(auth)
    yield from _challenge_problems(auth)
    if auth.multifactor and auth.multifactor.mode != "OFF":
        yield from _multifactor_problems(auth, auth.multifactor)
    yield from _sender_problems(auth)
    if auth.external:
        yield from _provider_problems(auth.external)
    policy = auth.password_policy
    if not 6 <= policy.min_length <= 99:
        yield (
            f"A password's min_length cannot be {policy.min_length}.",
            "Choose a whole number from 6 to 99.",
        )
    if policy.temporary_days is not None and not 1 <= policy.temporary_days <= 365:
        yield (
            f"A temporary password cannot be valid for {policy.temporary_days} days.",
            "Choose a whole number from 1 to 365.",
        )


def _group_problems(groups: Sequence[str]) -> Iterator[_Problem]:
    doubled = sorted({group for group in groups if groups.count(group) > 1})
    if doubled:
        yield f"The group {doubled[0]} is there twice.", "Name it once."
    for group in groups:
        if not _is_word(group, 128):
            yield (
                f"The group {group!r} cannot have that name.",
                "Use 1 to 128 letters, digits and signs, without spaces.",
            )


def _attribute_problems(name: str, attribute: UserAttribute) -> Iterator[_Problem]:
    own = name.removeprefix("custom:")
    if own == name:
        return
    if not _is_word(own, 20):
        yield (
            f"The attribute {name!r} cannot have that name.",
            "Use 1 to 20 letters, digits and signs after custom:, without spaces.",
        )
    if attribute.required:
        yield f"{name} is required, which only standard attributes can be.", "Take required away."
    low, high = attribute.minimum, attribute.maximum
    if low is not None and high is not None and low > high:
        yield f"{name} has the minimum {low} and the maximum {high}.", "Exchange them."
    if attribute.data_type == "String":
        for value in (low, high):
            if value is not None and not 0 <= value <= _STRING_LENGTH:
                yield (
                    f"{name} cannot have {value} characters.",
                    f"Choose limits from 0 to {_STRING_LENGTH}.",
                )


def _message_problems(auth: AuthDefinition) -> Iterator[_Problem]:
    email, phone, mfa = auth.email, auth.phone, auth.multifactor
    if email and email.style == "CODE":
        yield from _code_problems(email.body, "EmailLogin's body")
    elif email and email.body and "{link" not in email.body:
        yield "EmailLogin's body has no link.", "Write {link:Verify} where it belongs."
    if phone:
        yield from _code_problems(phone.message, "PhoneLogin's message")
    if mfa and mfa.mode != "OFF":
        yield from _code_problems(mfa.sms_message, "Multifactor's sms_message")
    invitation = (email.invitation if email else None) or None
    limited = {
        "EmailLogin's subject": email.subject if email else "",
        "PhoneLogin's message": phone.message if phone else "",
        "Multifactor's sms_message": mfa.sms_message if mfa else "",
        "Invitation's email_subject": invitation.email_subject if invitation else "",
        "Invitation's sms_message": invitation.sms_message if invitation else "",
    }
    for subject, text in limited.items():
        if len(text) > 140:
            size = len(text)  # more than 140: never one
            yield f"{subject} has {size} characters.", "Cognito takes 140."


def _code_problems(text: str, subject: str) -> Iterator[_Problem]:
    if text and "{code}" not in text:
        yield f"{subject} has no code in it.", "Write {code} where the code belongs."


def _challenge_problems(auth: AuthDefinition) -> Iterator[_Problem]:
    one_time = {
        "EMAIL_OTP": auth.email and auth.email.one_time_password,
        "SMS_OTP": auth.phone and auth.phone.one_time_password,
        "WEB_AUTHN": auth.passkeys,
    }
    enabled = ["PASSWORD", *(name for name, is_on in one_time.items() if is_on)]
    if auth.preferred_challenge not in ("", *enabled):
        yield (
            f"The preferred challenge {auth.preferred_challenge} is not one of this pool's.",
            f"Use one of {', '.join(enabled)}, or enable it.",
        )
    domain = auth.passkeys.relying_party_id if auth.passkeys else "AUTO"
    if not _DOMAIN.fullmatch(domain) or _ADDRESS.fullmatch(domain):
        yield (
            f"The relying party {domain!r} of the passkeys is not a domain.",
            'Write it without a protocol: "example.com", "localhost" or "AUTO".',
        )
    if len(enabled) > 1 and auth.multifactor and auth.multifactor.mode == "REQUIRED":
        yield (
            "Passwordless sign-in (one-time passwords, passkeys) cannot be used when multifactor "
            "sign-in is REQUIRED.",
            'Choose one of both, or Multifactor("OPTIONAL", …).',
        )


def _multifactor_problems(auth: AuthDefinition, mfa: Multifactor) -> Iterator[_Problem]:
    if not (mfa.totp or mfa.sms or mfa.email):
        yield (
            "Multifactor sign-in has no second factor.",
            "Give Multifactor totp=True, sms=True or email=True.",
        )
    if auth.phone and not mfa.sms:
        yield (
            "With sign-in by phone, the second factor needs SMS.",
            "Give Multifactor sms=True.",
        )
    if mfa.email and not isinstance(auth.email_sender, SesSender):
        yield (
            "Email as a second factor is sent by SES, which is not set up.",
            "Give define_auth email_sender=SesSender(…).",
        )


def _sender_problems(auth: AuthDefinition) -> Iterator[_Problem]:
    sms, email = auth.sms_sender, auth.email_sender
    if isinstance(sms, SnsSender) and bool(sms.role_arn) != bool(sms.external_id):
        yield (
            "A role for text messages needs both role_arn and external_id.",
            "Give SnsSender the sts:ExternalId that the role's trust policy asks for.",
        )
    if isinstance(email, SesSender) and "@" not in email.from_email:
        yield f"{email.from_email!r} is not an email address.", "Name a verified one."


def _provider_problems(external: ExternalProviders) -> Iterator[_Problem]:
    if not (external.callback_urls and external.logout_urls):
        yield (
            "Sign-in by others needs an address to come back to.",
            "Give ExternalProviders callback_urls and logout_urls.",
        )
    for scope in external.scopes:
        if scope not in _SCOPES:
            yield f"There is no scope {scope!r}.", f"Use some of {', '.join(_SCOPES)}."
    prefix = external.domain_prefix
    taken = [word for word in ("aws", "amazon", "cognito") if word in prefix]
    if prefix and (taken or not _PREFIX.fullmatch(prefix)):
        yield (
            f"The domain prefix {prefix!r} cannot be used.",
            "Use up to 63 lower-case letters, digits and -, without aws, amazon and cognito.",
        )
    names = [each.name for each in external.oidc]
    names += [external.saml.name] if external.saml else []
    for name in names:
        if not 3 <= len(name) <= 32:
            yield f"The provider {name!r} cannot have that name.", "Use 3 to 32 characters."
        if names.count(name) > 1:
            yield f"Two providers are named {name}.", "Give one of them another name."
    for each in external.oidc:
        if not each.issuer.startswith("https://"):
            yield f"The issuer {each.issuer!r} is not an https:// address.", "Give its address."
    if external.saml and not external.saml.metadata:
        yield "The SAML provider has no metadata.", "Give its address or the document."


def _is_word(text: str, length: int) -> bool:
    """Cognito's letters, marks, signs, digits and punctuation: all that prints, and no space."""
    return 1 <= len(text) <= length and text.isprintable() and not re.search(r"\s", text)

"""What the pages do: each form is one operation of the user pool, and its answer the next page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from workbench.localcloud.hosted_sign_in.answers import CODES, Answered, Pages, error_page
from workbench.localcloud.hosted_sign_in.pages import page
from workbench.localcloud.ministack.bridge.external_users import (
    mapped_attributes,
    sign_in_externally,
)
from workbench.localcloud.ministack.bridge.hosted_sign_in import (
    Asked,
    SignInClient,
    may_sign_in,
    refused_by_trigger,
    run,
    sign_in_client,
)
from workbench.localcloud.service_error import ServiceError


def asked_of(parameters: Mapping[str, str]) -> Asked:
    """What an app asked for, from a query or a form."""
    given = {name: parameters.get(name, "") for name in Asked.__dataclass_fields__}
    return Asked(**{**given, "response_type": given["response_type"] or "code"})


def refusal(asked: Asked, client: SignInClient | None) -> Answered | None:
    """Why the app's request is not served; None where it is."""
    if not asked.client_id:
        return error_page("invalid_request", "The address names no client_id.")
    if client is None:
        return error_page("invalid_client", f"There is no app client {asked.client_id}.")
    if asked.redirect_uri not in client.callbacks:
        known = ", ".join(client.callbacks) or "none"
        return error_page(
            "redirect_mismatch",
            f"{asked.redirect_uri or 'An empty redirect_uri'} is not one of the app client's "
            f"callback URLs: {known}.",
            "Add it to `callbackUrls` in amplify/auth.",
        )
    if {"code": "code", "token": "implicit"}.get(asked.response_type) not in client.flows:
        return Answered(location=asked.with_errors("unauthorized_client", "response_type"))
    if client.scopes and not set(asked.scope.split()) <= client.scopes:
        return Answered(location=asked.with_errors("invalid_request", "invalid_scope"))
    if bool(asked.code_challenge) != bool(asked.code_challenge_method) or (
        asked.code_challenge_method not in ("", "S256")
    ):
        return Answered(location=asked.with_errors("invalid_request", "code_challenge_method"))
    return None


async def first_page(
    path: str, query: Mapping[str, str], prefix: str, signed_in: Callable[[str], str]
) -> Answered:
    """The page at an address that an app or another page names.

    ``signed_in`` tells who has signed in to a pool with this browser. An app that then asks for a
    sign-in is answered at once.
    """
    asked, provider = asked_of(query), query.get("identity_provider", "")
    client = sign_in_client(asked.client_id)
    refused = refusal(asked, client)
    if refused is not None or client is None:
        return refused or Answered(status=400)
    pages = Pages(asked, client, prefix)
    if provider and provider != "COGNITO":
        return pages.stand_in(provider)
    if path == "/forgotPassword":
        return pages.forgot()
    if path == "/signup":
        return pages.sign_up({})
    username = signed_in(client.pool_id) if path == "/oauth2/authorize" else ""
    asks_again = {"login", "select_account"} & set(query.get("prompt", "").lower().split())
    if username and not asks_again and may_sign_in(client.pool_id, username):
        return replace(await pages.done(username), pool_id="", username="")
    return pages.sign_in(query.get("login_hint", ""))


def sign_out(client_id: str, logout_uri: str) -> Answered:
    """Back to the app after its user has signed out."""
    client = sign_in_client(client_id)
    if client is None:
        return error_page("invalid_client", f"There is no app client {client_id}.")
    if logout_uri in client.sign_outs:
        return Answered(location=logout_uri, pool_id=client.pool_id)
    known = ", ".join(client.sign_outs) or "none"
    return error_page(
        "redirect_mismatch",
        f"{logout_uri} is not one of the app client's sign-out URLs: {known}.",
        "Add it to `logoutUrls` in amplify/auth.",
    )


async def confirm_by_link(query: Mapping[str, str]) -> Answered:
    """What a click on the link of a sign-up's message does."""
    parameters = {
        "ClientId": query.get("client_id", ""),
        "Username": query.get("user_name", ""),
        "ConfirmationCode": query.get("confirmation_code", ""),
    }
    try:
        await run("ConfirmSignUp", parameters)
    except ServiceError as problem:
        return error_page("You are not confirmed", problem.message)
    return Answered(page("Your registration has been confirmed!"))


async def answer_form(path: str, form: Mapping[str, str], prefix: str) -> Answered:
    """What follows a form that was sent to ``path``."""
    asked = asked_of(form)
    client = sign_in_client(asked.client_id)
    refused = refusal(asked, client)
    if refused is not None or client is None:
        return refused or Answered(status=400)
    pages = Pages(asked, client, prefix)
    if form.get("provider"):
        return await _sign_in_externally(pages, form)
    if path == "/signup":
        return await _sign_up(pages, form)
    if path == "/confirm":
        return await _confirm(pages, form)
    if path == "/forgotPassword":
        return await _forgot(pages, form)
    if form.get("challenge"):
        return await _respond(pages, form)
    return await _sign_in(pages, form)


async def _sign_in(pages: Pages, form: Mapping[str, str]) -> Answered:
    username = form.get("username", "")
    flow = {"AuthFlow": "USER_PASSWORD_AUTH"}
    parameters = {"USERNAME": username, "PASSWORD": form.get("password", "")}
    chosen = form.get("action", "")
    if chosen in pages.client.codes:
        flow = {"AuthFlow": "USER_AUTH"}
        parameters = {"USERNAME": username, "PREFERRED_CHALLENGE": chosen}
    try:
        answer, signed_in = await run(
            "InitiateAuth",
            {**flow, "ClientId": pages.asked.client_id, "AuthParameters": parameters},
        )
    except ServiceError as problem:
        if refused_by_trigger(problem):
            return pages.refused(problem)
        if problem.code == "UserNotConfirmedException":
            return await _send_again(pages, username)
        if problem.code == "PasswordResetRequiredException":
            return pages.new_password(username, notice=problem.message)
        return pages.sign_in(username, problem=problem.message)
    return await _next(pages, answer, signed_in, username)


async def _sign_in_externally(pages: Pages, form: Mapping[str, str]) -> Answered:
    provider, pool_id = form["provider"], pages.client.pool_id
    names = mapped_attributes(pool_id, provider)
    if not names or provider not in pages.client.providers:
        return pages.stand_in(provider)
    given = {name: form[name] for name in names if form.get(name)}
    if not given.get("email"):
        return pages.stand_in(provider, problem="Give an e-mail address.")
    try:
        username = await sign_in_externally(pages.asked.client_id, pool_id, provider, given)
    except ServiceError as problem:
        return pages.refused(problem)
    return await pages.done(username)


async def _respond(pages: Pages, form: Mapping[str, str]) -> Answered:
    challenge, username = form["challenge"], form.get("username", "")
    session, sent = form.get("session", ""), {"USERNAME": username}
    try:
        if challenge == "MFA_SETUP":
            checked, _ = await run(
                "VerifySoftwareToken", {"Session": session, "UserCode": form.get("code", "")}
            )
            session = str(checked.get("Session") or session)
        elif challenge == "SELECT_MFA_TYPE":
            sent["ANSWER"] = form.get("action", "")
        elif challenge == "NEW_PASSWORD_REQUIRED":
            sent["NEW_PASSWORD"] = form.get("new_password", "")
            sent |= {
                name: value for name, value in form.items() if name.startswith("userAttributes.")
            }
        elif challenge in CODES:
            sent[CODES[challenge][0]] = form.get("code", "")
        answer, signed_in = await run(
            "RespondToAuthChallenge",
            {
                "ChallengeName": challenge,
                "ClientId": pages.asked.client_id,
                "Session": session,
                "ChallengeResponses": sent,
            },
        )
    except ServiceError as problem:
        if refused_by_trigger(problem):
            return pages.refused(problem)
        if problem.code in ("NotAuthorizedException", "UserNotFoundException"):
            return pages.sign_in(username, problem=problem.message)
        again = json.loads(form.get("parameters") or "{}")
        return pages.challenge(challenge, session, username, again, problem=problem.message)
    return await _next(pages, answer, signed_in, username)


async def _next(pages: Pages, answer: Mapping[str, Any], signed_in: str, username: str) -> Answered:
    if signed_in:
        return await pages.done(signed_in)
    challenge = str(answer.get("ChallengeName"))
    session = str(answer.get("Session") or "")
    parameters = answer.get("ChallengeParameters") or {}
    if challenge == "MFA_SETUP":
        app, _ = await run("AssociateSoftwareToken", {"Session": session})
        session = str(app.get("Session") or session)
        parameters = {"secret": str(app.get("SecretCode"))}
    return pages.challenge(challenge, session, username, parameters)


async def _sign_up(pages: Pages, form: Mapping[str, str]) -> Answered:
    if not pages.client.open_to_new_users:
        return pages.sign_in(problem="SignUp is not permitted for this user pool")
    username = form.get("username", "")
    given = {name: form.get(name, "") for name in pages.client.attributes}
    own = {"Email": "email", "Phone number": "phone_number"}.get(pages.client.names_are)
    if own:
        given[own] = username
    try:
        answer, _ = await run(
            "SignUp",
            {
                "ClientId": pages.asked.client_id,
                "Username": username,
                "Password": form.get("new_password", ""),
                "UserAttributes": [
                    {"Name": name, "Value": value} for name, value in given.items() if value
                ],
            },
        )
    except ServiceError as problem:
        return pages.sign_up(form, problem=problem.message)
    if answer.get("UserConfirmed"):
        return pages.sign_in(username, notice="You are signed up. Sign in now.")
    sent = (answer.get("CodeDeliveryDetails") or {}).get("Destination")
    return pages.confirm(username, sent)


async def _send_again(pages: Pages, username: str) -> Answered:
    client = pages.asked.client_id
    try:
        answer, _ = await run("ResendConfirmationCode", {"ClientId": client, "Username": username})
    except ServiceError as problem:
        return pages.sign_in(username, problem=problem.message)
    sent = (answer.get("CodeDeliveryDetails") or {}).get("Destination")
    return pages.confirm(username, sent)


async def _confirm(pages: Pages, form: Mapping[str, str]) -> Answered:
    username = form.get("username", "")
    if form.get("action") == "again":
        return await _send_again(pages, username)
    try:
        await run(
            "ConfirmSignUp",
            {
                "ClientId": pages.asked.client_id,
                "Username": username,
                "ConfirmationCode": form.get("code", ""),
            },
        )
    except ServiceError as problem:
        return pages.confirm(username, problem=problem.message)
    return pages.sign_in(username, notice="You are signed up. Sign in now.")


async def _forgot(pages: Pages, form: Mapping[str, str]) -> Answered:
    client, username = pages.asked.client_id, form.get("username", "")
    match form.get("action"):
        case "send":
            try:
                answer, _ = await run("ForgotPassword", {"ClientId": client, "Username": username})
            except ServiceError as problem:
                return pages.forgot(username, problem=problem.message)
            sent = (answer.get("CodeDeliveryDetails") or {}).get("Destination")
            return pages.new_password(username, notice=f"A code was sent to {sent}.")
        case "change":
            parameters = {
                "ClientId": client,
                "Username": username,
                "ConfirmationCode": form.get("code", ""),
                "Password": form.get("new_password", ""),
            }
            try:
                await run("ConfirmForgotPassword", parameters)
            except ServiceError as problem:
                return pages.new_password(username, problem=problem.message)
            return pages.sign_in(username, notice="Your password is changed. Sign in now.")
        case _:
            return pages.forgot(username)

"""What the pages do: each form is one operation of the user pool, and its answer the next page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from workbench.localcloud.hosted_sign_in.pages import Field, Form, page
from workbench.localcloud.ministack.bridge.external_users import (
    mapped_attributes,
    sign_in_externally,
)
from workbench.localcloud.ministack.bridge.hosted_sign_in import (
    Asked,
    SignInClient,
    code_for,
    may_sign_in,
    refused_by_trigger,
    run,
    sign_in_client,
    tokens_for,
)
from workbench.localcloud.service_error import ServiceError

_CODES = {
    "SOFTWARE_TOKEN_MFA": ("SOFTWARE_TOKEN_MFA_CODE", "Code of your authenticator app"),
    "SMS_MFA": ("SMS_MFA_CODE", "Code from the text message"),
    "SMS_OTP": ("SMS_OTP_CODE", "Code from the text message"),
    "EMAIL_OTP": ("EMAIL_OTP_CODE", "Code from the e-mail"),
}
_CHOICES = {
    "SOFTWARE_TOKEN_MFA": "Authenticator app",
    "SMS_MFA": "Text message",
    "EMAIL_OTP": "E-mail",
    "SMS_OTP": "Text message",
}
_TYPES = {"email": "email", "phone_number": "tel", "birthdate": "date", "website": "url"}


@dataclass(frozen=True, slots=True)
class Answered:
    """A page, or the address that the browser goes to."""

    page: str = ""
    location: str = ""
    status: int = 200
    pool_id: str = ""
    """The pool whose session begins here, for ``username``, or ends, where that is empty."""
    username: str = ""


def asked_of(parameters: Mapping[str, str]) -> Asked:
    """What an app asked for, from a query or a form."""
    given = {name: parameters.get(name, "") for name in Asked.__dataclass_fields__}
    return Asked(**{**given, "response_type": given["response_type"] or "code"})


def refusal(asked: Asked, client: SignInClient | None) -> Answered | None:
    """Why the app's request is not served; None where it is."""
    if not asked.client_id:
        return _error("invalid_request", "The address names no client_id.")
    if client is None:
        return _error("invalid_client", f"There is no app client {asked.client_id}.")
    if asked.redirect_uri not in client.callbacks:
        known = ", ".join(client.callbacks) or "none"
        return _error(
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
    pages = _Pages(asked, client, prefix)
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
        return _error("invalid_client", f"There is no app client {client_id}.")
    if logout_uri in client.sign_outs:
        return Answered(location=logout_uri, pool_id=client.pool_id)
    known = ", ".join(client.sign_outs) or "none"
    return _error(
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
        return _error("You are not confirmed", problem.message)
    return Answered(page("Your registration has been confirmed!"))


async def answer_form(path: str, form: Mapping[str, str], prefix: str) -> Answered:
    """What follows a form that was sent to ``path``."""
    asked = asked_of(form)
    client = sign_in_client(asked.client_id)
    refused = refusal(asked, client)
    if refused is not None or client is None:
        return refused or Answered(status=400)
    pages = _Pages(asked, client, prefix)
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


async def _sign_in(pages: _Pages, form: Mapping[str, str]) -> Answered:
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


async def _sign_in_externally(pages: _Pages, form: Mapping[str, str]) -> Answered:
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


async def _respond(pages: _Pages, form: Mapping[str, str]) -> Answered:
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
        elif challenge in _CODES:
            sent[_CODES[challenge][0]] = form.get("code", "")
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


async def _next(
    pages: _Pages, answer: Mapping[str, Any], signed_in: str, username: str
) -> Answered:
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


async def _sign_up(pages: _Pages, form: Mapping[str, str]) -> Answered:
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


async def _send_again(pages: _Pages, username: str) -> Answered:
    client = pages.asked.client_id
    try:
        answer, _ = await run("ResendConfirmationCode", {"ClientId": client, "Username": username})
    except ServiceError as problem:
        return pages.sign_in(username, problem=problem.message)
    sent = (answer.get("CodeDeliveryDetails") or {}).get("Destination")
    return pages.confirm(username, sent)


async def _confirm(pages: _Pages, form: Mapping[str, str]) -> Answered:
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


async def _forgot(pages: _Pages, form: Mapping[str, str]) -> Answered:
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


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages for one app's request; ``prefix`` is where the pool's host stands in the path."""

    asked: Asked
    client: SignInClient
    prefix: str

    def sign_in(self, username: str = "", *, problem: str = "", notice: str = "") -> Answered:
        """Name and password."""
        fields = (
            self._name(username),
            Field("password", "Password", "password", required=not self.client.codes),
        )
        codes = {code: f"Send a code by {_CHOICES[code].lower()}" for code in self.client.codes}
        form = self._form("/login", fields, {"sign-in": "Sign in", **codes})
        links = {
            f"Sign in with {provider}": f"{self._to('/login')}&identity_provider={quote(provider)}"
            for provider in self.client.providers
            if provider != "COGNITO"
        }
        links["Forgot your password?"] = self._to("/forgotPassword")
        if self.client.open_to_new_users:
            links["Sign up"] = self._to("/signup")
        return Answered(page("Sign in", (form,), problem=problem, notice=notice, links=links))

    def stand_in(self, provider: str, *, problem: str = "") -> Answered:
        """In place of another provider's page, which the local cloud does not reach."""
        links = {"Sign in with a password": self._to("/login")}
        names = mapped_attributes(self.client.pool_id, provider)
        if not names or provider not in self.client.providers:
            text = (f"The app client does not sign in with {provider}.",)
            return Answered(page("Not available", text=text, links=links), status=400)
        text = (
            f"{provider}'s own page is not reached from here. This one stands in for it: whoever "
            "you say you are is signed in.",
        )
        fields = [_attribute(name, required=name == "email") for name in names]
        form = self._form("/login", fields, {"sign-in": "Sign in"}, {"provider": provider})
        title = f"Sign in with {provider}"
        return Answered(page(title, (form,), problem=problem, text=text, links=links))

    def sign_up(self, given: Mapping[str, str], *, problem: str = "") -> Answered:
        """A new user."""
        fields = [
            self._name(given.get("username", "")),
            *(_attribute(name, given.get(name, "")) for name in self.client.attributes),
            Field("new_password", "Password", "password"),
        ]
        form = self._form("/signup", fields, {"sign-up": "Sign up"})
        links = {"Sign in": self._to("/login")}
        return Answered(page("Sign up", (form,), problem=problem, links=links))

    def confirm(self, username: str, sent: object = None, *, problem: str = "") -> Answered:
        """The code that was sent to a new user."""
        hidden = {"username": username}
        fields = (Field("code", "Code"),)
        form = self._form("/confirm", fields, {"confirm": "Confirm"}, hidden)
        again = self._form("/confirm", (), {"again": "Send a new code"}, hidden)
        text = (f"A code was sent to {sent}.",) if sent else ()
        return Answered(page("Confirm your address", (form, again), problem=problem, text=text))

    def forgot(self, username: str = "", *, problem: str = "") -> Answered:
        """Whose password is forgotten."""
        form = self._form("/forgotPassword", (self._name(username),), {"send": "Send a code"})
        links = {"Sign in": self._to("/login")}
        return Answered(page("Forgot your password?", (form,), problem=problem, links=links))

    def new_password(self, username: str, *, problem: str = "", notice: str = "") -> Answered:
        """The code that was sent, and a new password."""
        fields = (Field("code", "Code"), Field("new_password", "New password", "password"))
        hidden = {"username": username}
        form = self._form("/forgotPassword", fields, {"change": "Change password"}, hidden)
        return Answered(page("Choose a new password", (form,), problem=problem, notice=notice))

    def challenge(
        self,
        name: str,
        session: str,
        username: str,
        parameters: Mapping[str, Any],
        *,
        problem: str = "",
    ) -> Answered:
        """What the pool asks for besides the password."""
        hidden = {
            "challenge": name,
            "session": session,
            "username": username,
            "parameters": json.dumps(dict(parameters)),
        }
        text: tuple[str, ...] = ()
        if name in _CODES:
            title, fields = "Enter your code", [Field("code", _CODES[name][1])]
            buttons = {"code": "Sign in"}
        elif name == "NEW_PASSWORD_REQUIRED":
            title, buttons = "Choose a new password", {"new": "Change password"}
            fields = [Field("new_password", "New password", "password")]
            for each in json.loads(str(parameters.get("requiredAttributes") or "[]")):
                attribute = str(each).removeprefix("userAttributes.")
                fields.append(Field(f"userAttributes.{attribute}", _label(attribute)))
        elif name == "SELECT_MFA_TYPE":
            title, fields = "Choose how to get your code", []
            can = json.loads(str(parameters.get("MFAS_CAN_CHOOSE") or "[]"))
            buttons = {each: _CHOICES.get(each, each) for each in can}
        elif name == "MFA_SETUP":
            title, buttons = "Set up your authenticator app", {"code": "Sign in"}
            fields = [Field("code", "Code of the app")]
            text = (f"Add this key to the app: {parameters['secret']}",)
        else:
            said = f"The pool asks for {name}, which this page cannot do."
            return self.sign_in(username, problem=said)
        form = self._form("/login", fields, buttons, hidden)
        return Answered(page(title, (form,), problem=problem, text=text))

    async def done(self, username: str) -> Answered:
        """Back to the app, with a code or tokens."""
        if self.asked.response_type == "token":
            try:
                tokens = await tokens_for(self.asked, self.client.pool_id, username)
            except ServiceError as problem:
                return self.refused(problem)
        else:
            tokens = {"code": code_for(self.asked, self.client.pool_id, username)}
        location = self.asked.back(tokens)
        return Answered(location=location, pool_id=self.client.pool_id, username=username)

    def refused(self, problem: ServiceError) -> Answered:
        """Back to the app, with what a trigger's function says."""
        return Answered(location=self.asked.with_errors("invalid_request", problem.message))

    def _name(self, username: str) -> Field:
        kind = {"Email": "email", "Phone number": "tel"}.get(self.client.names_are, "text")
        return Field("username", self.client.names_are, kind, value=username)

    def _form(
        self,
        path: str,
        fields: tuple[Field, ...] | list[Field],
        buttons: Mapping[str, str],
        hidden: Mapping[str, str] | None = None,
    ) -> Form:
        carried = {**asdict(self.asked), **(hidden or {})}
        return Form(f"{self.prefix}{path}", fields, buttons, carried)

    def _to(self, path: str) -> str:
        return f"{self.prefix}{path}?{_query(self.asked)}"


def _attribute(name: str, value: str = "", *, required: bool = True) -> Field:
    return Field(name, _label(name), _TYPES.get(name, "text"), required, value)


def _label(attribute: str) -> str:
    return attribute.removeprefix("custom:").replace("_", " ").capitalize()


def _query(asked: Asked) -> str:
    return urlencode({name: value for name, value in asdict(asked).items() if value})


def _error(code: str, *text: str) -> Answered:
    return Answered(page(code, text=text), status=400)

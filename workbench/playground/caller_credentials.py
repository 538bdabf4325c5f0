"""Credentials of callers: users' tokens, the identity pool's keys, the target's own.

On the local cloud a user's tokens are issued without the password, by the pool's own key, so that
nothing about the user changes. On AWS nobody can do that: there the user signs in,
and the sign-in is kept.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.aws.target import LocalTarget
from workbench.localcloud.client import ask
from workbench.localcloud.contract import TOKENS_PATH
from workbench.outputs_file import OWN_NAME, AuthResources
from workbench.playground.authorizing import IamCredentials, NotAuthorizedProblem, Tokens
from workbench.printed_commands import amplify_tui
from workbench.users.token_store import forget_tokens, save_sign_in, saved_sign_in
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import app_client, refresh

_USERS = 60
_EARLY_SECONDS = 60


class CallerCredentials:
    """The credentials for the users of one backend; every call blocks."""

    def __init__(
        self, clients: Clients, auth: AuthResources, sign_ins_file: Path | None = None
    ) -> None:
        """``sign_ins_file`` has the saved sign-ins."""
        self._clients = clients
        self._auth = auth
        self._sign_ins_file = sign_ins_file

    def users(self) -> tuple[str, ...]:
        """The pool's first 60 users, by e-mail address or phone number if they sign in with it."""
        pool = self._auth.user_pool_id
        if not pool:
            return ()
        try:
            answer = self._clients.cognito_idp.list_users(UserPoolId=pool, Limit=_USERS)
        except (ClientError, BotoCoreError) as error:
            denial = denial_of(error)
            if denial is not None:
                raise NotAuthorizedProblem(f"{denial.what}.", denial.next_step) from None
            raise NotAuthorizedProblem(f"Could not list the pool's users: {error}") from None
        return tuple(_sign_in_name(each) for each in answer["Users"])

    def user_tokens(self, name: str) -> Tokens:
        """A user's tokens; ``name`` is the user name, or the e-mail address that is one."""
        auth = self._auth
        if not auth.user_pool_id:
            raise NotAuthorizedProblem("This backend has no user pool: define auth and deploy it.")
        kept = self._kept_tokens(name)
        if kept is not None:
            return kept
        if not isinstance(self._clients.target, LocalTarget):
            words = f"On AWS {name} must sign in: press o in the users pane"
            if auth.name == OWN_NAME:
                words += f", or run `{amplify_tui('users', 'sign-in', name)}`"
            raise NotAuthorizedProblem(f"{words}.")
        asked = {
            "userPoolId": auth.user_pool_id,
            "clientId": auth.client_id,
            "username": name,
        }
        answer = self._ask_local_cloud(self._clients.target, asked)
        return Tokens(
            access=str(answer["AccessToken"]),
            id=str(answer["IdToken"]),
            expires=time.time() + float(answer["ExpiresIn"]),
        )

    def _kept_tokens(self, name: str) -> Tokens | None:
        """The tokens of a saved sign-in; refreshed on the local cloud, where that costs nothing.

        So a user who was disabled since is refused at once there.
        """
        if self._sign_ins_file is None:
            return None
        pool_id = self._auth.user_pool_id
        kept = saved_sign_in(self._sign_ins_file, pool_id, name)
        if kept is None or kept.tokens is None:
            return None
        tokens = kept.tokens
        is_local = isinstance(self._clients.target, LocalTarget)
        if is_local or tokens.expires < time.time() + _EARLY_SECONDS:
            cognito = self._clients.cognito_idp
            try:
                client = app_client(cognito, pool_id, kept.client_id)
                tokens = refresh(cognito, client, kept.username, tokens)
            except UserPoolProblem as problem:
                if problem.is_temporary:
                    raise NotAuthorizedProblem(problem.what, problem.next_step) from None
                forget_tokens(self._sign_ins_file, pool_id, (kept.username,))
                return None
            save_sign_in(self._sign_ins_file, replace(kept, tokens=tokens))
        return Tokens(tokens.access, tokens.id, tokens.expires)

    def identity(self, tokens: Tokens | None) -> IamCredentials:
        """The identity pool's keys for a signed-in user, or for a guest."""
        auth = self._auth
        if not auth.identity_pool_id:
            raise NotAuthorizedProblem("This backend has no identity pool.")
        logins = {}
        if tokens is not None:
            host = f"cognito-idp.{auth.region}.{self._clients.url_suffix}"
            logins = {f"{host}/{auth.user_pool_id}": tokens.id}
        client: Any = self._clients.client("cognito-identity")
        try:
            found = client.get_id(IdentityPoolId=auth.identity_pool_id, Logins=logins)
            answer = client.get_credentials_for_identity(
                IdentityId=found["IdentityId"], Logins=logins
            )
        except (ClientError, BotoCoreError) as error:
            who = "a signed-in user" if tokens else "a guest"
            why = error_message(error).rstrip(".")
            raise NotAuthorizedProblem(
                f"The identity pool refused credentials for {who}: {why}."
            ) from None
        keys = answer["Credentials"]
        return IamCredentials(
            keys["AccessKeyId"],
            keys["SecretKey"],
            keys["SessionToken"],
            keys["Expiration"].timestamp(),
        )

    def own(self) -> IamCredentials:
        """The target's own credentials."""
        access_key, secret_key, token = self._clients.signing_keys()
        return IamCredentials(access_key, secret_key, token)

    def _ask_local_cloud(self, target: LocalTarget, asked: dict[str, str]) -> dict[str, Any]:
        try:
            answer = ask(target.endpoint + TOKENS_PATH, target.keys, document=asked)
        except OSError as error:
            raise NotAuthorizedProblem(f"The local cloud could not be reached: {error}.") from None
        if answer.status != 200:
            raise NotAuthorizedProblem(answer.refusal)
        return answer.document


def _sign_in_name(user: Any) -> str:
    """The name that the user signs in with; with an alias, the user name is the ``sub``."""
    attributes = {each["Name"]: each.get("Value", "") for each in user.get("Attributes", ())}
    name = str(user["Username"])
    if name != attributes.get("sub"):
        return name
    return attributes.get("email") or attributes.get("phone_number") or name

"""An authenticator for a user, set up by the workbench, which then knows its codes."""

from __future__ import annotations

from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import KeptSignIn, keep_sign_in
from workbench.users.totp import totp_code
from workbench.users.user_pools import User, UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin


def set_up_authenticator(opened: OpenedPool, client: AppClient, user: User, password: str) -> None:
    """Sign in, register a new secret as the preferred second factor, and keep it.

    Raises UserPoolProblem, also where the user must answer more than the password.
    """
    pool = opened.pool
    cognito = opened.clients.cognito_idp
    step = begin(cognito, client, user.username, Flow.SRP, password)
    if not isinstance(step, UserTokens):
        raise UserPoolProblem(
            f"{user.label} must answer {step.name} first.",
            "Sign in as the user in the pane (o): what is set up there is kept, too.",
        )
    secret = pool.ask(lambda: cognito.associate_software_token(AccessToken=step.access))[
        "SecretCode"
    ]
    pool.ask(
        lambda: cognito.verify_software_token(AccessToken=step.access, UserCode=totp_code(secret))
    )
    pool.set_mfa(user.username, "totp")
    kept = KeptSignIn(pool.pool_id, user.username, user.label, client.client_id, step, secret)
    if opened.kept_file is not None:
        keep_sign_in(opened.kept_file, kept)

"""Functions' credentials: ministack passes its account number as a key, AWS the role's session."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.bridge.issued_credentials import administrator

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def install() -> None:
    """Take the place of the function that makes a function's environment."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_runtime.execution_credentials = credentials
    lambda_svc.execution_credentials = credentials


def credentials(config: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a session of the function's role.

    Always the same for a function and its role: a worker lives on with the ones that it began with.
    They cannot be guessed without the local cloud's own key, and end with it.
    """
    from ministack.services import sts

    function, role = str(config.get("FunctionArn") or ""), str(config.get("Role") or "")
    account = function.split(":")[4]
    role_name = role.rsplit("/", 1)[-1]
    session = str(config.get("FunctionName") or "function")[:64]
    access_key = "ASIA" + "".join(
        _LETTERS[byte % 32] for byte in _derived("id", function, role)[:16]
    )
    secret = _derived("secret", function, role).hex()
    token = _derived("token", function, role).hex()
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{session}",
            "UserId": f"{sts._role_id(role)}:{session}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "AccountId": account,
            "_function_arn": function,
        },
    )
    return {
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }


def _derived(*what: str) -> bytes:
    key = administrator().secret.encode()
    return hmac.new(key, "\n".join(("function", *what)).encode(), hashlib.sha256).digest()

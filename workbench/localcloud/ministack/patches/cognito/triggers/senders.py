"""Custom senders: ministack never runs them; Cognito hands them the code in place of sending it.

Cognito invokes them without waiting for their answer, so what they throw stands in their log alone.
Source:
docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError
from workbench.localcloud.ministack.patches.cognito.triggers.encrypted_code import DataKey, encrypt
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    find_function,
    trigger_event,
    with_metadata,
)

Sender = Literal["CustomEmailSender", "CustomSMSSender"]

_REQUESTS: Mapping[Sender, str] = {
    "CustomEmailSender": "customEmailSenderRequestV1",
    "CustomSMSSender": "customSMSSenderRequestV1",
}


def send(pool: Any, user: Any, sender: Sender, source: str, code: str) -> str:
    """Hand the code to the sender's function; its name.

    Raises TriggerRefusedError if the function or the pool's key cannot be used.
    """
    from ministack.services import lambda_svc

    function = find_function(pool, sender)
    if sender == "CustomEmailSender" and source == "AdminCreateUser":
        # AWS documents that temporary passwords arrive escaped for HTML.
        code = html.escape(code, quote=False)
    key_id = str((pool.get("LambdaConfig") or {}).get("KMSKeyID") or "")
    secret = encrypt(code, {"userpool-id": pool["Id"]}, partial(_data_key, key_id))
    request = {
        "type": _REQUESTS[sender],
        "code": secret,
        "userAttributes": event_attributes(user),
    }
    event = trigger_event(pool, f"{sender}_{source}", user["Username"], with_metadata(request), {})
    lambda_svc.invoke_async_with_retry(function, event)
    return str(function["config"]["FunctionName"])


def _data_key(key_id: str, context: Mapping[str, str], size: int) -> DataKey:
    from ministack.services import kms

    asked = {"KeyId": key_id, "NumberOfBytes": size, "EncryptionContext": dict(context)}
    status, _, body = kms._generate_data_key(asked)
    answer = json.loads(body)
    if status != 200:
        raise TriggerRefusedError(
            "CodeDeliveryFailureException",
            f"The code could not be encrypted with {key_id or 'a KMSKeyID'}: {answer['message']}",
        )
    return DataKey(
        plaintext=base64.b64decode(answer["Plaintext"]),
        encrypted=base64.b64decode(answer["CiphertextBlob"]),
        key_arn=answer["KeyId"],
    )

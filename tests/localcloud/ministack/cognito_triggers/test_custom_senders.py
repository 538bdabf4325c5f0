"""Custom e-mail and SMS senders: each source, and codes that the AWS Encryption SDK decrypts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_clouds import SharedCloud
from tests.localcloud.ministack.cognito_triggers.conftest import (
    PASSWORD,
    TriggeredPool,
    make_function,
    refusal,
)
from tests.localcloud.ministack.cognito_triggers.message_causes import (
    METADATA,
    PHONE,
    choose_factor,
    delete_users,
    forget_password,
    resend,
    sign_up,
)
from tests.quickstart_project import installed_packages
from workbench.project.node_runtime import NodeRuntime

PACKAGES = Path(__file__).parent / "sender_package.json"

# As in the developer guide, "Custom email sender Lambda trigger".
CODE = """
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.MODULES + "/");
const sdk = require("@aws-crypto/client-node");
const { decrypt } = sdk.buildClient(sdk.CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT);
const keyring = new sdk.KmsKeyringNode({ keyIds: [process.env.KEY_ARN] });

export const handler = async (event) => {
  const { plaintext, messageHeader } = await decrypt(
    keyring, Buffer.from(event.request.code, "base64"));
  const told = { event, code: plaintext.toString(), context: messageHeader.encryptionContext };
  appendFileSync(process.env.FOLDER + "/sent", JSON.stringify(told) + "\\n");
};
"""


class Sent:
    """What the function was handed, with the code that it decrypted."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "sent"

    def forget(self) -> None:
        self._file.write_text("")

    def last(self, source: str) -> dict[str, Any]:
        """The last run of a source; the function runs beside the call that causes it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            told = [json.loads(line) for line in self._file.read_text().splitlines()]
            found = [each for each in told if each["event"]["triggerSource"] == source]
            if found:
                return dict(found[-1])
            time.sleep(0.02)
        raise AssertionError(f"{source} was not sent")


@pytest.fixture(scope="module")
def sent(
    shared_cloud: SharedCloud,
    pool: TriggeredPool,
    node_runtime: NodeRuntime,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Sent]:
    folder = tmp_path_factory.mktemp("sender")
    kms: Any = shared_cloud.clients.client("kms")
    key = kms.create_key(Description="senders")["KeyMetadata"]["Arn"]
    environment = {
        "FOLDER": str(folder),
        "KEY_ARN": key,
        "MODULES": str(installed_packages(PACKAGES, node_runtime)),
    }
    function = make_function(shared_cloud, "sender", CODE, environment, Runtime="nodejs20.x")
    sender = {"LambdaVersion": "V1_0", "LambdaArn": function}
    pool.make(
        flows=("USER_AUTH",),
        LambdaConfig={
            "CustomEmailSender": sender,
            "CustomSMSSender": sender,
            "CustomMessage": pool.function,
            "KMSKeyID": key,
        },
        Policies={
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
        },
    )
    found = Sent(folder)
    found.forget()
    yield found
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


@pytest.fixture(autouse=True)
def fresh(pool: TriggeredPool, sent: Sent) -> None:
    sent.forget()
    delete_users(pool)


def change_address(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username="ann",
        UserAttributes=[{"Name": "email", "Value": "new@example.com"}],
        ClientMetadata=METADATA,
    )


def ask_for_a_code(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    token = pool.sign_in("ann")["AuthenticationResult"]["AccessToken"]
    pool.cognito.get_user_attribute_verification_code(
        AccessToken=token, AttributeName="email", ClientMetadata=METADATA
    )


def sign_in_by(factor: str) -> Callable[[TriggeredPool], None]:
    def sign_in(pool: TriggeredPool) -> None:
        pool.made_user("ann", phone_number=PHONE, phone_number_verified="true")
        choose_factor(pool, factor)

    return sign_in


def invite_by(medium: str, password: str = "Temporary-<1>") -> Callable[[TriggeredPool], None]:
    def invite(pool: TriggeredPool) -> None:
        attributes = {"email": "ann@example.com", "phone_number": PHONE}
        pool.cognito.admin_create_user(
            UserPoolId=pool.id,
            Username="ann",
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
            DesiredDeliveryMediums=[medium],
            TemporaryPassword=password,
            ClientMetadata=METADATA,
        )

    return invite


@pytest.mark.parametrize(
    ("act", "source"),
    [
        (sign_up, "CustomEmailSender_SignUp"),
        (resend, "CustomEmailSender_ResendCode"),
        (forget_password, "CustomEmailSender_ForgotPassword"),
        (change_address, "CustomEmailSender_UpdateUserAttribute"),
        (ask_for_a_code, "CustomEmailSender_VerifyUserAttribute"),
        (sign_in_by("EMAIL_OTP"), "CustomEmailSender_Authentication"),
        (sign_in_by("SMS_OTP"), "CustomSMSSender_Authentication"),
        (invite_by("EMAIL"), "CustomEmailSender_AdminCreateUser"),
        (invite_by("SMS"), "CustomSMSSender_AdminCreateUser"),
    ],
)
def test_each_source_hands_over_a_code_that_the_sdk_decrypts(
    pool: TriggeredPool, sent: Sent, act: Callable[[TriggeredPool], None], source: str
) -> None:
    act(pool)
    told = sent.last(source)
    request = told["event"]["request"]
    kind = "customEmailSenderRequestV1" if "Email" in source else "customSMSSenderRequestV1"
    assert request["type"] == kind
    assert request["clientMetadata"] == METADATA
    assert request["userAttributes"]["email"].endswith("@example.com")
    assert request["userAttributes"]["cognito:user_status"]
    assert told["context"]["userpool-id"] == pool.id
    assert request["code"].startswith("AYAD")  # format 1 with a signature, as AWS writes it
    message = pool.inbox()[0]
    assert message.body.endswith("function sender: " + unescape(told["code"]))
    new = "new@example.com" if "Update" in source else "ann@example.com"
    assert message.recipient == (new if "Email" in source else PHONE)
    if "AdminCreate" in source:
        # AWS escapes temporary passwords for HTML in e-mails alone.
        assert ("&lt;" in told["code"]) == ("Email" in source)
        assert unescape(told["code"]) == "Temporary-<1>"
    else:
        assert message.code == told["code"]
    assert pool.events() == []  # the custom message trigger is not asked as well


def test_the_decrypted_code_confirms(pool: TriggeredPool, sent: Sent) -> None:
    sign_up(pool)
    code = sent.last("CustomEmailSender_SignUp")["code"]
    pool.cognito.confirm_sign_up(ClientId=pool.client, Username="ann", ConfirmationCode=code)
    assert pool.sign_in("ann", PASSWORD)["AuthenticationResult"]


def test_a_key_that_is_not_there_delivers_nothing(pool: TriggeredPool, sent: Sent) -> None:
    described = pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]["LambdaConfig"]
    gone = described["KMSKeyID"].rpartition("/")[0] + "/00000000-0000-4000-8000-000000000000"
    pool.cognito.update_user_pool(UserPoolId=pool.id, LambdaConfig={**described, "KMSKeyID": gone})
    with pytest.raises(ClientError) as refused:
        sign_up(pool)
    assert refusal(refused)[0] == "CodeDeliveryFailureException"

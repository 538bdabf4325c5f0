"""Devices of a local pool: given keys, confirmed, remembered, proven at sign-in, forgotten."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.ministack.cognito_pools import (
    INCORRECT,
    PASSWORD,
    TOTP,
    Pool,
    new_pool,
    refusal,
)
from workbench.users.authenticator import totp_code
from workbench.users.srp import begin_srp, prove
from workbench.users.user_sign_in import (
    AppClient,
    Flow,
    UserTokens,
    begin,
    claims,
    refresh,
)

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.aws.target import LocalTarget

NO_DEVICE = ("ResourceNotFoundException", "Device does not exist.")


@dataclass
class Device:
    """An application's device: its keys, and the secret that it has made."""

    key: str
    group: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(30))

    def verifier(self) -> dict[str, str]:
        """What the application confirms the device with."""
        from workbench.users.srp import _N  # the group of Cognito's proofs

        salt = b"\x11" + secrets.token_bytes(15)
        identity = hashlib.sha256(f"{self.group}{self.key}:{self.password}".encode()).digest()
        private = int.from_bytes(hashlib.sha256(salt + identity).digest(), "big")
        verifier = pow(2, private, _N)
        raw = verifier.to_bytes(verifier.bit_length() // 8 + 1, "big")
        return {
            "Salt": base64.b64encode(salt).decode(),
            "PasswordVerifier": base64.b64encode(raw).decode(),
        }

    def prove(self, pool: Pool, asked: dict[str, Any], password: str = "") -> dict[str, Any]:
        """Answer DEVICE_SRP_AUTH and what follows it."""
        assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
        start = begin_srp()
        proving = pool.respond(asked, DEVICE_KEY=self.key, SRP_A=start.srp_a)
        assert proving["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
        told = proving["ChallengeParameters"]
        proof = prove(
            start,
            f"_{self.group}",
            self.key,
            password or self.password,
            srp_b=told["SRP_B"],
            salt=told["SALT"],
            secret_block=told["SECRET_BLOCK"],
        )
        return pool.respond(
            proving,
            DEVICE_KEY=self.key,
            PASSWORD_CLAIM_SECRET_BLOCK=told["SECRET_BLOCK"],
            PASSWORD_CLAIM_SIGNATURE=proof.signature,
            TIMESTAMP=proof.timestamp,
        )


def tracking(target: LocalTarget, clients: Clients, *, stands_in: bool, asks: bool) -> Pool:
    """A pool that tracks devices, with its user ann."""
    pool = new_pool(
        target,
        clients.cognito_idp,
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": stands_in,
            "DeviceOnlyRememberedOnUserPrompt": asks,
        },
    )
    pool.new_user()
    return pool


def confirm(pool: Pool, result: dict[str, Any]) -> tuple[Device, dict[str, Any]]:
    """Confirm the new device of a sign-in."""
    new = result["NewDeviceMetadata"]
    device = Device(new["DeviceKey"], new["DeviceGroupKey"])
    confirmed = pool.cognito.confirm_device(
        AccessToken=result["AccessToken"],
        DeviceKey=device.key,
        DeviceName="laptop",
        DeviceSecretVerifierConfig=device.verifier(),
    )
    return device, confirmed


def test_a_device_is_confirmed_proven_and_forgotten(
    local_cloud: LocalTarget, local_clients: Clients
) -> None:
    pool = tracking(local_cloud, local_clients, stands_in=False, asks=False)
    first = pool.begin()["AuthenticationResult"]
    device, confirmed = confirm(pool, first)
    assert confirmed["UserConfirmationNecessary"] is False
    assert claims(first["AccessToken"])["device_key"] == device.key
    token = {"AccessToken": first["AccessToken"]}
    again = {**token, "DeviceKey": device.key, "DeviceSecretVerifierConfig": device.verifier()}
    assert refusal(pool.cognito.confirm_device, **again)[0] == "DeviceKeyExistsException"
    foreign = {**again, "DeviceKey": f"us-east-1_{'0' * 8}-{'0' * 4}"}
    assert refusal(pool.cognito.confirm_device, **foreign)[0] == "InvalidParameterException"

    (listed,) = pool.cognito.list_devices(**token)["Devices"]
    assert listed["DeviceKey"] == device.key
    found = {each["Name"]: each["Value"] for each in listed["DeviceAttributes"]}
    assert (found["device_name"], found["dev:device_remembered_status"]) == (
        "laptop",
        "remembered",
    )
    by_admin = {"UserPoolId": pool.id, "Username": "ann"}
    assert pool.cognito.admin_list_devices(**by_admin)["Devices"][0] == listed

    # It proves itself, by its own secret alone; another browser gets a key of its own.
    asked = pool.begin(DEVICE_KEY=device.key)
    assert refusal(device.prove, pool, asked, "another secret") == INCORRECT
    known = device.prove(pool, pool.begin(DEVICE_KEY=device.key))["AuthenticationResult"]
    assert "NewDeviceMetadata" not in known
    assert claims(known["AccessToken"])["device_key"] == device.key
    assert pool.begin()["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"] != device.key

    # The tokens of a device are refreshed with its key alone.
    asking: dict[str, Any] = {
        "ClientId": pool.client,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": known["RefreshToken"]},
    }
    wrong = ("NotAuthorizedException", "Invalid Refresh Token.")
    assert refusal(pool.cognito.initiate_auth, **asking) == wrong
    asking["AuthParameters"]["DEVICE_KEY"] = device.key
    assert "AuthenticationResult" in pool.cognito.initiate_auth(**asking)
    by_token = {"ClientId": pool.client, "RefreshToken": known["RefreshToken"]}
    assert refusal(pool.cognito.get_tokens_from_refresh_token, **by_token) == wrong
    pool.cognito.get_tokens_from_refresh_token(**by_token, DeviceKey=device.key)

    one = {**token, "DeviceKey": device.key}
    got = pool.cognito.get_device(**one)["Device"]
    assert got["DeviceCreateDate"] == listed["DeviceCreateDate"]
    pool.cognito.forget_device(**one)
    for call in (pool.cognito.get_device, pool.cognito.forget_device):
        assert refusal(call, **one) == NO_DEVICE
    assert refusal(pool.begin, DEVICE_KEY=device.key) == NO_DEVICE


@pytest.mark.parametrize("stands_in", [True, False])
def test_a_remembered_device_and_the_second_factor(
    local_cloud: LocalTarget, local_clients: Clients, stands_in: bool
) -> None:
    pool = tracking(local_cloud, local_clients, stands_in=stands_in, asks=True)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    setting_up = pool.begin()
    secret, session = pool.set_up_totp(setting_up["Session"])
    result = pool.respond({**setting_up, "Session": session})["AuthenticationResult"]
    device, confirmed = confirm(pool, result)
    assert confirmed["UserConfirmationNecessary"] is True

    # Nobody has said yet that it is to be remembered.
    asked = pool.begin(DEVICE_KEY=device.key)
    assert asked["ChallengeName"] == TOTP
    tokens = pool.respond(asked, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret))
    assert "NewDeviceMetadata" not in tokens["AuthenticationResult"]
    status = {"AccessToken": result["AccessToken"], "DeviceKey": device.key}
    pool.cognito.update_device_status(**status, DeviceRememberedStatus="remembered")

    following = device.prove(pool, pool.begin(DEVICE_KEY=device.key))
    if not stands_in:
        assert following["ChallengeName"] == TOTP
        following = pool.respond(following, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret))
    assert claims(following["AuthenticationResult"]["AccessToken"])["device_key"] == device.key
    by_admin = {"UserPoolId": pool.id, "Username": "ann", "DeviceKey": device.key}
    pool.cognito.admin_update_device_status(**by_admin, DeviceRememberedStatus="not_remembered")
    assert pool.begin(DEVICE_KEY=device.key)["ChallengeName"] == TOTP
    pool.cognito.admin_forget_device(**by_admin)
    assert refusal(pool.cognito.admin_get_device, **by_admin) == NO_DEVICE
    assert pool.begin()["ChallengeName"] == TOTP


def test_our_own_sign_in_refreshes_in_a_pool_that_tracks_devices(
    local_cloud: LocalTarget, local_clients: Clients
) -> None:
    pool = tracking(local_cloud, local_clients, stands_in=False, asks=False)
    for rotates in (True, False):
        client = AppClient(pool.id, pool.client, rotates=rotates)
        tokens = begin(pool.cognito, client, "ann", Flow.SRP, PASSWORD)
        assert isinstance(tokens, UserTokens)
        again = refresh(pool.cognito, client, "ann", tokens)
        assert claims(again.access)["device_key"] == claims(tokens.access)["device_key"]

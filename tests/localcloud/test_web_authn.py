"""Passkeys as a table: each thing that can be wrong with an answer, and both kinds of key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.localcloud.software_authenticator import (
    HAS_EXTENSIONS,
    PRESENT,
    VERIFIED,
    Authenticator,
    cbor,
    encoded,
)
from workbench.localcloud import cbor as reader
from workbench.localcloud.web_authn import (
    CredentialError,
    Fault,
    Passkey,
    RelyingParty,
    authenticate,
    challenge_of,
    decoded,
    register,
)

CHALLENGE, HANDLE = encoded(b"c" * 32), encoded(b"user-1")
PARTY = RelyingParty("localhost", must_verify_user=True)
OPTIONS = {"challenge": CHALLENGE, "user": {"id": HANDLE}}
RSA = rsa.generate_private_key(65537, 2048)


def registered(device: Authenticator) -> Passkey:
    return register(device.create(OPTIONS), CHALLENGE, PARTY)


def fault_of(call: Callable[[], object]) -> Fault:
    with pytest.raises(CredentialError) as wrong:
        call()
    assert str(wrong.value).endswith(".")
    return wrong.value.fault


@pytest.mark.parametrize("form", ["none", "packed"])
@pytest.mark.parametrize("key", [None, RSA], ids=["P-256", "RSA"])
def test_a_passkey_registers_and_signs(form: str, key: rsa.RSAPrivateKey | None) -> None:
    device = Authenticator(form=form) if key is None else Authenticator(form=form, key=key)
    passkey = registered(device)
    assert (passkey.id, passkey.sign_count) == (encoded(device.id), 0)
    answer = device.get(OPTIONS)
    assert challenge_of(answer) == CHALLENGE
    count = authenticate(answer, passkey, HANDLE, CHALLENGE, PARTY)
    assert count == 1
    # The same answer again: its count does not go up.
    again = replace(passkey, sign_count=count)
    assert fault_of(partial(authenticate, answer, again, HANDLE, CHALLENGE, PARTY)) is Fault.COPIED


def test_a_passkey_that_counts_nothing_signs_again_and_again() -> None:
    device = Authenticator(counts=False)
    passkey = registered(device)
    for _ in range(2):
        assert authenticate(device.get(OPTIONS), passkey, HANDLE, CHALLENGE, PARTY) == 0


WRONG: list[tuple[dict[str, Any], Fault]] = [
    ({"origin": "https://evil.example"}, Fault.ORIGIN),
    ({"origin": "http://localhost.evil.example"}, Fault.ORIGIN),
    ({"origin": "http://127.0.0.1:5173"}, Fault.ORIGIN),
    ({"origin": "null"}, Fault.ORIGIN),
    ({"origin": "ftp://localhost"}, Fault.ORIGIN),
    ({"origin": "http://[localhost"}, Fault.ORIGIN),
    ({"party": "evil.example"}, Fault.RELYING_PARTY),
    ({"flags": PRESENT}, Fault.USER_NOT_VERIFIED),
    ({"flags": VERIFIED}, Fault.USER_NOT_VERIFIED),
    ({"flags": PRESENT | VERIFIED | 0x10}, Fault.MALFORMED),
    ({"flags": PRESENT | VERIFIED | HAS_EXTENSIONS}, Fault.MALFORMED),
]


@pytest.mark.parametrize(("changed", "fault"), WRONG, ids=str)
def test_what_an_authenticator_must_not_say(changed: dict[str, Any], fault: Fault) -> None:
    device = Authenticator()
    passkey = registered(device)
    for name, value in changed.items():
        setattr(device, name, value)
    answer = device.get(OPTIONS)
    assert fault_of(partial(authenticate, answer, passkey, HANDLE, CHALLENGE, PARTY)) is fault
    fresh = Authenticator(**changed).create(OPTIONS)
    assert fault_of(partial(register, fresh, CHALLENGE, PARTY)) is fault


def test_the_page_may_be_below_the_relying_party_over_https_alone() -> None:
    party = RelyingParty("example.com", must_verify_user=False)
    for origin, fault in (
        ("https://example.com", None),
        ("https://app.example.com:8443", None),
        ("http://example.com", Fault.ORIGIN),
        ("https://notexample.com", Fault.ORIGIN),
    ):
        answer = Authenticator(origin=origin, party="example.com", flags=PRESENT).create(OPTIONS)
        if fault:
            assert fault_of(partial(register, answer, CHALLENGE, party)) is fault
        else:
            assert register(answer, CHALLENGE, party)


def test_other_challenges_users_and_keys_are_refused() -> None:
    device, other = Authenticator(), Authenticator()
    passkey, others = registered(device), registered(other)
    answer = device.get(OPTIONS)
    for challenge, key, handle, fault in (
        (encoded(b"d" * 32), passkey, HANDLE, Fault.CHALLENGE),
        (CHALLENGE, passkey, encoded(b"user-2"), Fault.SIGNATURE),
        (CHALLENGE, others, HANDLE, Fault.SIGNATURE),
        (CHALLENGE, replace(passkey, key=others.key), HANDLE, Fault.SIGNATURE),
    ):
        asking = partial(authenticate, answer, key, handle, challenge, PARTY)
        assert fault_of(asking) is fault
    asked = Authenticator().create(OPTIONS)
    assert fault_of(partial(authenticate, asked, passkey, HANDLE, CHALLENGE, PARTY)) is (
        Fault.MALFORMED
    )
    forged = Authenticator(form="packed")
    created = forged.create(OPTIONS)
    forged.id = b"another"
    created["id"] = created["rawId"] = encoded(forged.id)
    assert fault_of(partial(register, created, CHALLENGE, PARTY)) is Fault.MALFORMED


def test_an_attestation_is_verified_or_refused() -> None:
    device = Authenticator(form="packed")
    created = device.create(OPTIONS)
    attestation, _ = reader.decode(decoded(created["response"]["attestationObject"]))
    for changed, fault in (
        ({"sig": b"x" * 70}, Fault.SIGNATURE),
        ({"alg": -257}, Fault.MALFORMED),
        ({"sig": 5}, Fault.MALFORMED),
        ({"x5c": [b"no certificate"]}, Fault.MALFORMED),
    ):
        wrong = {**attestation, "attStmt": {**attestation["attStmt"], **changed}}
        created["response"]["attestationObject"] = encoded(cbor(wrong))
        assert fault_of(partial(register, created, CHALLENGE, PARTY)) is fault
    for form in ("tpm", "none"):
        created["response"]["attestationObject"] = encoded(cbor({**attestation, "fmt": form}))
        assert fault_of(partial(register, created, CHALLENGE, PARTY)) is Fault.NOT_SUPPORTED


def test_garbage_is_no_credential() -> None:
    whole = Authenticator().create(OPTIONS)
    response = whole["response"]
    for wrong in (
        None,
        "text",
        {},
        {**whole, "type": "password"},
        {**whole, "response": None},
        {**whole, "response": {**response, "clientDataJSON": "%%"}},
        {**whole, "response": {**response, "clientDataJSON": encoded(b"[" * 100_000)}},
        {**whole, "response": {**response, "attestationObject": encoded(b"\x9f")}},
        {**whole, "response": {**response, "attestationObject": encoded(b"\x81" * 99)}},
        {**whole, "response": {**response, "attestationObject": encoded(b"\xbb" + b"\xff" * 8)}},
        {**whole, "rawId": encoded(b"other")},
        {**whole, "id": 5},
    ):
        assert fault_of(partial(register, wrong, CHALLENGE, PARTY)) is Fault.MALFORMED


def test_cbor_reads_what_it_was_written_as() -> None:
    values: tuple[Any, ...] = (
        0,
        23,
        24,
        256,
        70_000,
        1 << 40,
        -1,
        -257,
        b"",
        b"x" * 300,
        "ü",
        [1, [2]],
        {},
    )
    for value in values:
        written = cbor(value)
        assert reader.decode(written + b"rest") == (value, len(written))
    for wrong in (b"", b"\x61", b"\x5f\xff", b"\xf9\x00\x00", b"\xc0\x00", b"\xa2\x01\x01\x01\x01"):
        with pytest.raises(ValueError, match="CBOR"):
            reader.decode(wrong)
    assert json.dumps(reader.decode(b"\x83\xf4\xf5\xf6")[0]) == "[false, true, null]"

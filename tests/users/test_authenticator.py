"""Authenticator codes against RFC 6238's own vectors (its SHA-1 secret, six digits of eight)."""

from __future__ import annotations

import base64

import pytest

from workbench.users.authenticator import totp_code

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_the_standards_own_vectors(at: float, code: str) -> None:
    assert totp_code(SECRET, at) == code
    assert totp_code(f"{SECRET[:4]} {SECRET[4:].lower()}", at) == code


def test_what_is_no_secret_is_told() -> None:
    with pytest.raises(ValueError, match="base32"):
        totp_code("1!")

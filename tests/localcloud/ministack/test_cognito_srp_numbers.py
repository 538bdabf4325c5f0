"""Password proofs: the table of powers gives what ``pow`` gives, and proofs are forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.patches.cognito import srp_numbers


@pytest.fixture(autouse=True)
def patched() -> Iterator[None]:
    installation.install()
    yield
    from ministack.services import cognito

    cognito._challenge_sessions.clear()


@pytest.mark.parametrize("exponent", [0, 1, 2, 15, 16, 2**255, 2**256 - 1, 3**160])
def test_the_table_gives_the_power(exponent: int) -> None:
    from ministack.services import cognito

    assert srp_numbers.power_of_generator(exponent) == pow(2, exponent, cognito._SRP_N)


def test_the_verifier_and_the_public_number_are_the_protocols() -> None:
    from ministack.services import cognito

    user = {"Username": "ann", "_password": "Passw0rd!", "Attributes": []}
    told, kept = cognito._srp_challenge("us-east-1_A", user, "ann", "ab", "block")
    verifier = cognito._srp_verifier("us-east-1_A", "ann", "Passw0rd!", told["SALT"])
    secret = int(kept["b"], 16)
    assert 2**255 <= secret < 2**256
    public = (cognito._SRP_K * verifier + pow(2, secret, cognito._SRP_N)) % cognito._SRP_N
    assert told["SRP_B"] == f"{public:x}"
    again, _ = cognito._srp_challenge("us-east-1_A", user, "ann", "ab", "block")
    assert (again["SALT"], again["SRP_B"] != told["SRP_B"]) == (told["SALT"], True)


def test_a_proof_that_nobody_answered_is_forgotten() -> None:
    from ministack.services import cognito

    old, session = cognito._create_challenge_session("us-east-1_A", "client", "ann")
    new, _ = cognito._create_challenge_session("us-east-1_A", "client", "bob")
    assert {old, new} <= set(cognito._challenge_sessions)
    session["expires_at"] = time.time() - 1
    cognito._create_challenge_session("us-east-1_A", "client", "cara")
    assert old not in cognito._challenge_sessions
    assert new in cognito._challenge_sessions

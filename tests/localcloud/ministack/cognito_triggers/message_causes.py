"""What makes Cognito send a message, for the tests of its text and of who sends it."""

from __future__ import annotations

from tests.localcloud.ministack.cognito_triggers.conftest import TriggeredPool

METADATA = {"from": "test"}
PHONE = "+15550100"


def delete_users(pool: TriggeredPool) -> None:
    """Start over without users."""
    for user in pool.cognito.list_users(UserPoolId=pool.id)["Users"]:
        pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=user["Username"])


def sign_up(pool: TriggeredPool) -> None:
    pool.sign_up("ann", ClientMetadata=METADATA)


def resend(pool: TriggeredPool) -> None:
    sign_up(pool)
    pool.cognito.resend_confirmation_code(
        ClientId=pool.client, Username="ann", ClientMetadata=METADATA
    )


def forget_password(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    pool.cognito.forgot_password(ClientId=pool.client, Username="ann", ClientMetadata=METADATA)


def choose_factor(pool: TriggeredPool, factor: str) -> None:
    """Begin a sign-in of ann's, and choose her first factor."""
    challenge = pool.cognito.initiate_auth(
        ClientId=pool.client, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "ann"}
    )
    pool.cognito.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="SELECT_CHALLENGE",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "ann", "ANSWER": factor},
        ClientMetadata=METADATA,
    )

from __future__ import annotations

import pytest

from workbench.deploy.plan.data_loss import decision_text, loss_name, losses_text
from workbench.model.deployment import Loss
from workbench.model.events import ConfirmationAnswered


def loss(path: str, contents: str = "") -> Loss:
    return Loss(path, "AWS::DynamoDB::Table", "physical", "it goes", contents)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("amplify-x/data/amplifyData/Message/MessageTable/Default/Default", "Message"),
        ("amplify-x/data/amplifyData/Message.NestedStack/MessageTable", "Message"),
        ("amplify-x/storage/media/Bucket/Resource", "media"),
        ("amplify-x/auth/amplifyAuth/UserPool/Resource", "UserPool"),
        ("Orders/Table/Resource", "Orders"),
        ("Resource", "Resource"),
        ("", "physical"),
    ],
)
def test_names_are_the_users_own(path: str, name: str) -> None:
    assert loss_name(loss(path)) == name


def test_words_for_one_some_and_many() -> None:
    one = loss("s/Message/MessageTable/Resource", "4 items")
    assert losses_text([]) == ""
    assert losses_text([one]) == "Message (4 items)"
    assert losses_text([one, loss("s/A/Table"), loss("s/B/Table")]) == "Message (4 items), A and B"
    assert losses_text([one] * 5).endswith("Message (4 items) and 2 more")


def test_a_decision_says_what_and_how() -> None:
    losses = (loss("s/Message/MessageTable", "4 items"),)
    allowed = ConfirmationAnswered(at=1.0, allowed=True, how="--allow-destroy", losses=losses)
    assert decision_text(allowed) == "allowed: destroys Message (4 items) · --allow-destroy"
    refused = ConfirmationAnswered(at=1.0, allowed=False, losses=losses)
    assert decision_text(refused) == "kept: Message (4 items)"

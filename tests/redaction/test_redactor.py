from __future__ import annotations

from pathlib import Path

import pytest

from workbench.journal.store import Journal
from workbench.loop.event_sink import EventSink
from workbench.model.deployment import DeploymentResult, Failure, LiveResource
from workbench.model.events import DeploymentFinished, Level, LogLine, ResourcesListed
from workbench.redaction.redactor import Redactor
from workbench.redaction.secret_shapes import redact

SHAPES = {
    "key id": "AKIAIOSFODNN7EXAMPLE",
    "api key": "da2-abcdefghijklmnopqrstuvwxyz",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.SflKxwRJSMeKKF2QT4fwpM",
}


def line(text: str) -> LogLine:
    return LogLine(at=1.0, deployment=1, level=Level.INFO, source="synth", text=text)


@pytest.mark.parametrize("secret", SHAPES.values(), ids=SHAPES.keys())
def test_secrets_are_known_by_their_shape(secret: str) -> None:
    assert Redactor().text(f"token {secret} used") == "token ••• used"


@pytest.mark.parametrize("piece", ["x", "ab-", "password=", "://", "'"])
def test_a_long_text_without_a_space_is_read_once(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    assert redact(f"{long} da2-abcdefghijklmnopqrstuvwxyz").endswith(" •••")


def test_plain_text_is_left_alone() -> None:
    event = line("Synthesized stack amplify-app-me-sandbox-9c60c3d084 in 0.4 s")
    assert Redactor().event(event) is event


def test_learned_values_are_masked_everywhere_in_an_event() -> None:
    redactor = Redactor()
    redactor.learn(["correct horse battery", "dev"])
    failed = DeploymentFinished(
        at=1.0,
        result=DeploymentResult.FAILED,
        seconds=1.0,
        failure=Failure(
            "no", "with correct horse battery", "x", details=("correct horse battery",)
        ),
    )
    masked = redactor.event(failed)
    assert masked.failure is not None
    assert masked.failure.reason == "with •••"
    assert masked.failure.details == ("•••",)
    assert redactor.text("a dev stack") == "a dev stack"  # too short to be worth masking


def test_physical_ids_stay_whole() -> None:
    arn = "arn:aws:appsync:us-east-1:000000000000:apis/x/apikeys/da2-abcdefghijklmnopqrstuvwxyz"
    resource = LiveResource((), "Key", "data/Key", "AWS::AppSync::ApiKey", "CREATE_COMPLETE", arn)
    listed = ResourcesListed(at=1.0, stack_name="s", resources=(resource,))
    assert Redactor().event(listed).resources[0].physical_id == arn


def test_nothing_secret_reaches_the_journal_file(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    shown: list[object] = []
    hub = EventSink(shown.append, Redactor(["hunter2-is-the-value"]))
    journal = Journal(path)
    hub.write_to(journal)
    for secret in (*SHAPES.values(), "hunter2-is-the-value"):
        hub(line(f"console.log says {secret}"))
    journal.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (*SHAPES.values(), "hunter2-is-the-value"):
        assert secret.encode() not in raw
        assert secret not in str(shown)

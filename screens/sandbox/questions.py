"""The sandbox's questions as dialogs: what a deployment would lose, leaving in the middle of one."""

from __future__ import annotations

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.sandbox.resource_rows import short_type
from screens.sandbox.words import plural, short_path
from screens.widgets.row_list import Row
from screens.widgets.tones import FAIL, MUTED, STRONG, TEXT, WARN
from workbench.deploy.models import Loss
from workbench.events import ConfirmationNeeded


def question_of(question: ConfirmationNeeded) -> ConfirmScreen:
    """The dialog for the engine's question."""
    if question.question == "recreate":
        rows = [Row(((question.reason, TEXT),)), Row(()), *loss_rows(question.losses)]
        return ConfirmScreen(
            "Recreate the sandbox?",
            rows,
            "Delete and deploy anew",
            "No, leave it",
            belongs_to_engine=True,
        )
    rows = [
        Row(((f"Deploying would destroy {plural(len(question.losses), 'resource')}:", TEXT),)),
        Row(()),
        *loss_rows(question.losses),
    ]
    if question.reason:
        rows.append(Row(((question.reason, MUTED),)))
    return ConfirmScreen(
        "This deployment loses data",
        rows,
        "Deploy and lose it",
        "No, keep the data",
        belongs_to_engine=True,
    )


def leave_question() -> ConfirmScreen:
    """The dialog for leaving in the middle of a deployment."""
    rows = [
        Row((("A deployment is running.", TEXT),)),
        Row((("CloudFormation goes on without this window; the next start takes it up.", MUTED),)),
    ]
    return ConfirmScreen("Leave now?", rows, "Leave", "No, stay", belongs_to_engine=False)


def loss_rows(losses: tuple[Loss, ...]) -> list[Row]:
    """What would be lost: the resource, what it holds, and why it goes."""
    rows: list[Row] = []
    for loss in losses:
        rows.append(
            Row(
                (
                    ("− ", FAIL),
                    (short_path(loss.construct_path), STRONG),
                    (f"  {short_type(loss.type)}", MUTED),
                )
            )
        )
        if loss.contents:
            rows.append(Row(((f"  {loss.contents}", WARN),)))
        if loss.reason:
            rows.append(Row(((f"  {loss.reason}", TEXT),)))
        if loss.physical_id:
            rows.append(Row(((f"  {loss.physical_id}", MUTED),)))
        rows.append(Row(()))
    return rows

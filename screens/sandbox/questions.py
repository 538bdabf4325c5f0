"""The sandbox's questions as dialogs: what a deployment would lose, quitting during one."""

from __future__ import annotations

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.destroy_screen import DestroyScreen, word_to_type
from screens.sandbox.resource_rows import short_type
from screens.widgets.format import short_path
from screens.widgets.question_banner import QUESTION_KEY
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT, WARN
from workbench.deploy.plan.data_loss import loss_name, losses_text
from workbench.model.deployment import Loss
from workbench.model.events import ConfirmationNeeded, LoopState


def question_of(question: ConfirmationNeeded, identifier: str) -> DestroyScreen:
    """The dialog for the engine's question; ``identifier`` names the sandbox."""
    count = len(question.losses)
    if question.question == "recreate":
        rows = [Row(((question.reason, TEXT),)), Row(())] if question.reason else []
        if not count:
            rows.append(Row((("It holds no known data.", MUTED),)))
        return DestroyScreen(
            f"Delete the sandbox {identifier} with all its data, and deploy it again?",
            [*rows, *loss_rows(question.losses)],
            word_to_type(identifier, "recreate"),
            "delete and deploy it again",
        )
    rows = [
        Row(((f"Deploying #{question.deployment} would destroy:", TEXT),)),
        Row(()),
        *loss_rows(question.losses),
    ]
    if question.reason:
        rows.append(Row(((question.reason, MUTED),)))
    name = loss_name(question.losses[0]) if count == 1 else str(count)
    return DestroyScreen(
        "This deployment loses data",
        rows,
        word_to_type(name, "destroy"),
        "deploy and destroy it" if count == 1 else f"deploy and destroy all {count}",
    )


def question_words(question: ConfirmationNeeded, identifier: str, owner: str = "") -> str:
    """The banner's line; ``owner`` is set where another terminal must answer."""
    lost = losses_text(question.losses) or "all that it holds"
    if question.question == "recreate":
        what = f"recreating {identifier} would destroy {lost}"
    else:
        what = f"#{question.deployment} would destroy {lost}"
    if owner:
        return f" ? {owner} asks: {what}. It is answered there."
    return f" ? {QUESTION_KEY.upper()} decides · {what}"


def leave_question(state: LoopState | None) -> ConfirmScreen:
    """The dialog for leaving while a deployment is prepared or runs."""
    if state is LoopState.DEPLOYING:
        words = "A deployment is running."
        then = "CloudFormation continues without this window; the next start resumes it."
    else:
        words = "A deployment is being prepared; nothing has changed yet."
        then = "The next start begins again."
    rows = [Row(((words, TEXT),)), Row(((then, MUTED),))]
    return ConfirmScreen("Quit now?", rows, "Quit", "Stay")


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

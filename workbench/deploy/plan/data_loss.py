"""The data that a deployment would destroy, so that someone can be asked first."""

from __future__ import annotations

from workbench.deploy.assembly.stateful_resources import kind_of
from workbench.deploy.assembly.template import TemplateResource
from workbench.deploy.live.models import LiveStack
from workbench.model.deployment import Diff, Effect, Loss, ResourceChange

_KEPT = frozenset({"Retain", "RetainExceptOnCreate"})


def find_losses(diff: Diff, live: LiveStack | None) -> tuple[Loss, ...]:
    """What ``diff`` destroys or replaces that holds data and that no policy retains.

    The policy that counts is the one CloudFormation has: for a replacement the new template's would
    too, but a retained resource that turns into a deleted one is caught by its own change.
    """
    if live is None or diff.first:
        return ()
    losses: list[Loss] = []
    for change in diff.changes:
        if not change.holds_data or change.effect not in {Effect.REPLACE, Effect.DESTROY}:
            continue
        stack = live.stack(change.stack)
        resource = stack.effective_template.resources.get(change.logical_id) if stack else None
        policy = _policy(change, resource)
        if policy in _KEPT or _inside_retained(change, live):
            continue
        losses.append(
            Loss(
                construct_path=change.construct_path or change.logical_id,
                type=change.type,
                physical_id=change.physical_id,
                reason=_reason(change, policy),
            )
        )
    return tuple(losses)


def _inside_retained(change: ResourceChange, live: LiveStack) -> bool:
    """True where a destroyed resource is in a nested stack that a policy keeps as a whole."""
    if change.effect is not Effect.DESTROY:
        return False
    here: LiveStack | None = live
    for step in change.stack:
        resource = here.effective_template.resources.get(step) if here else None
        if resource is not None and resource.deletion_policy in _KEPT:
            return True
        here = here.nested.get(step) if here else None
    return False


def _policy(change: ResourceChange, resource: TemplateResource | None) -> str:
    if resource is None:
        return "Delete"
    if change.effect is Effect.DESTROY:
        return resource.deletion_policy or "Delete"
    return resource.update_replace_policy or "Delete"


def _reason(change: ResourceChange, policy: str) -> str:
    kind = kind_of(change.type)
    snapshot = " (CloudFormation takes a snapshot first)" if policy == "Snapshot" else ""
    if change.effect is Effect.DESTROY:
        if change.stack:
            return f"the {kind} is no longer part of the backend{snapshot}"
        return f"the {kind} is no longer in the stack{snapshot}"
    causes = [each for each in change.properties if each.replaces]
    names = ", ".join(dict.fromkeys(each.path.partition("[")[0] for each in causes))
    notes = "; ".join(dict.fromkeys(each.note for each in causes if each.note))
    why = f"{names} changed" + (f": {notes}" if notes else "")
    return f"the {kind} is replaced by an empty one, because {why}{snapshot}"

"""What is deployed: stacks with their templates, parameters, outputs, resources, nested stacks.

``template`` is what CloudFormation believes; ``effective_template`` is what really stands, with
hot-swaps. They differ for a resource that was swapped since the last CloudFormation deployment
(*drift*), and CloudFormation would not touch such a resource when asked to go back.
JSON round trip: ``model_dump_json(by_alias=True)`` and ``LiveStack.model_validate_json``.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.deploy.assembly.assembly import Assembly, AssemblyStack
from workbench.deploy.assembly.template import Template
from workbench.model.deployment import StackPath

_NOTHING_STANDS = frozenset(
    {
        "REVIEW_IN_PROGRESS",
        "CREATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "DELETE_COMPLETE",
        "DELETE_FAILED",
    }
)
_SETTLED = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)


class DeployedResource(BaseModel):
    """One resource as CloudFormation lists it; ``attributes`` are GetAtt values if known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    logical_id: str
    physical_id: str
    type: str
    status: str
    attributes: dict[str, str] = Field(default_factory=dict)


class LiveStack(BaseModel):
    """One deployed stack.

    ``stack_id`` is the stack's ARN; ``parameters`` are resolved values (SSM parameters looked up);
    ``effective`` is None if nothing was swapped; ``construct_paths`` (logical id → path) name
    resources that a new assembly no longer has; ``uncertain`` are logical ids whose real state is
    unknown since a swap or a deployment failed half way: the next plan always swaps them again.
    ``changed_at`` is when CloudFormation had changed the stack last when it was read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    stack_id: str
    status: str
    template: Template
    effective: Template | None = None
    parameters: dict[str, str] = Field(default_factory=dict)
    outputs: dict[str, str] = Field(default_factory=dict)
    resources: dict[str, DeployedResource] = Field(default_factory=dict)
    nested: dict[str, LiveStack] = Field(default_factory=dict)
    construct_paths: dict[str, str] = Field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    changed_at: str = ""

    @property
    def revision(self) -> tuple[str, ...]:
        """Equal to that of the stack's state as long as CloudFormation has not touched it."""
        return (self.stack_id, self.changed_at, self.status)

    @property
    def effective_template(self) -> Template:
        """What really stands: CloudFormation's template with the hot-swaps since."""
        return self.effective or self.template

    @property
    def stands(self) -> bool:
        """False if the stack's resources were never created or are deleted (a failed creation)."""
        return self.status not in _NOTHING_STANDS

    @property
    def is_settled(self) -> bool:
        """True if the stack is at rest, so that its resources may be swapped directly."""
        return self.status in _SETTLED

    @property
    def region(self) -> str:
        """The region in the stack's ARN."""
        return self._arn_part(3)

    @property
    def account(self) -> str:
        """The account id in the stack's ARN."""
        return self._arn_part(4)

    @property
    def partition(self) -> str:
        """The partition in the stack's ARN: ``aws`` but for China and GovCloud."""
        return self._arn_part(1) or "aws"

    @property
    def is_local(self) -> bool:
        """True on the local cloud, whose account no account of AWS has."""
        return self.account == LOCAL_ACCOUNT

    def _arn_part(self, index: int) -> str:
        parts = self.stack_id.split(":")
        return parts[index] if len(parts) > index else ""

    def walk(self, path: StackPath = ()) -> Iterator[tuple[StackPath, LiveStack]]:
        """This stack and all stacks nested in it with their stack paths, parents first."""
        yield path, self
        for logical_id, child in self.nested.items():
            yield from child.walk((*path, logical_id))

    def stack(self, path: StackPath) -> LiveStack | None:
        """The stack at ``path`` (``()`` is this one), or None."""
        here: LiveStack | None = self
        for step in path:
            here = here.nested.get(step) if here else None
        return here


Resources = frozenset[tuple[StackPath, str]]
"""Resources by stack path and logical id."""

_NONE: Resources = frozenset()


def after_swap(
    live: LiveStack, assembly: Assembly, failed: Resources = _NONE, untouched: Resources = _NONE
) -> LiveStack:
    """The live stack after a plan of hot-swaps to ``assembly`` was carried out.

    The state of resources whose swap ``failed`` is uncertain from now on; those ``untouched`` stand
    as before.
    """
    return _adopt(live, assembly.root, assembly, failed, untouched, swapped=True)


def after_cloudformation(
    live: LiveStack, assembly: Assembly, failed: Resources = _NONE
) -> LiveStack:
    """``live`` as read from CloudFormation after it deployed ``assembly``, with construct paths.

    CloudFormation's own templates are replaced by the assembly's, which are equal in meaning, so
    that the next diff compares like with like. ``failed`` as for ``after_swap``.
    """
    return _adopt(live, assembly.root, assembly, failed, _NONE, swapped=False)


def after_failed_cloudformation(before: LiveStack | None, now: LiveStack) -> LiveStack:
    """``now`` as read from CloudFormation after a deployment failed and was rolled back.

    What had been swapped before may have been rolled back to CloudFormation's template or not been
    touched at all; each such resource is marked uncertain.
    """
    if before is None:
        return now
    nested = {
        logical_id: after_failed_cloudformation(before.nested.get(logical_id), child)
        for logical_id, child in now.nested.items()
    }
    drifted = set(before.uncertain)
    if before.effective is not None:
        for logical_id, resource in before.effective.resources.items():
            if before.template.resources.get(logical_id) != resource:
                drifted.add(logical_id)
    # A nested stack differs by its template's address only; what was swapped is inside it.
    drifted = (drifted & set(now.resources)) - set(now.nested)
    uncertain = tuple(sorted(set(now.uncertain) | drifted))
    paths = {**before.construct_paths, **now.construct_paths}
    return now.model_copy(
        update={"nested": nested, "uncertain": uncertain, "construct_paths": paths}
    )


def _adopt(
    live: LiveStack,
    stack: AssemblyStack,
    assembly: Assembly,
    failed: Resources,
    untouched: Resources,
    *,
    swapped: bool,
) -> LiveStack:
    nested = dict(live.nested)
    for logical_id, child in stack.nested.items():
        if logical_id in nested:
            nested[logical_id] = _adopt(
                nested[logical_id], child, assembly, failed, untouched, swapped=swapped
            )
    update: dict[str, object] = {
        "nested": nested,
        "construct_paths": dict(assembly.construct_paths.get(stack.path, {})),
        "uncertain": tuple(sorted(i for path, i in failed if path == stack.path)),
    }
    if swapped:
        old = {i: live.effective_template.resources[i] for p, i in untouched if p == stack.path}
        now = stack.template
        if old:
            now = now.model_copy(update={"resources": {**now.resources, **old}})
        update["effective"] = None if now is live.template or now == live.template else now
    else:
        update["template"] = stack.template
        update["effective"] = None
    return live.model_copy(update=update)

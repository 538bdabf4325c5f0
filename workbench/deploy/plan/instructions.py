"""The frozen instructions of a plan: what a deployment will do, in order, each with a title.

Instructions hold evaluated values only (no intrinsics), so an executor needs no template. S3
locations are kept as they are, and the local file behind each is named beside them: a swap reads
the file from disk where it can, instead of publishing it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.model.deployment import Json, Method, StackPath
from workbench.wording import plural

if TYPE_CHECKING:  # screens import the preview of a plan, and should not wait for pydantic
    from workbench.deploy.assembly.assembly import Assembly
    from workbench.deploy.live.models import LiveStack

SWITCHED_OFF = "hot-swap is off"
"""Why a plan swaps nothing if that was asked for."""


@dataclass(frozen=True, slots=True)
class SwapTarget:
    """The resource that a swap changes."""

    stack: StackPath
    logical_id: str
    construct_path: str
    type: str
    physical_id: str

    @property
    def label(self) -> str:
        """How a title names the resource: its construct path, or its logical id without one."""
        return self.construct_path or self.logical_id


@dataclass(frozen=True, slots=True)
class PublishAssets:
    """Put assets where the templates and instructions look for them, those missing only.

    ``hashes`` are keys of ``Assembly.assets``, ``images`` of ``Assembly.images``; assets that
    CloudFormation's current templates refer to are left out, they were published before.
    """

    hashes: tuple[str, ...]
    images: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """One display line."""
        files, images = len(self.hashes), len(self.images)
        counted = [plural(files, "asset")] if files else []
        counted += [plural(images, "container image")] if images else []
        return f"Publish {' and '.join(counted)}"


@dataclass(frozen=True, slots=True)
class DeployStack:
    """Create or update the stack with CloudFormation from the assembly's root template.

    ``indexes`` says which changes of indexes come with it, after those of ``ChangeIndexes``.
    """

    stack_name: str
    create: bool
    indexes: str = ""

    @property
    def title(self) -> str:
        """One display line."""
        if self.indexes:
            return f"{_sentence(self.indexes)} and update the stack {self.stack_name}"
        return f"{'Create' if self.create else 'Update'} the stack {self.stack_name}"


@dataclass(frozen=True, slots=True)
class TableIndexes:
    """A table in a stack's template with other indexes; ``change`` says in words what changes."""

    stack: StackPath
    logical_id: str
    change: str
    indexes: tuple[Mapping[str, Json], ...]
    attributes: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, slots=True)
class ChangeIndexes:
    """Update the stack as it stands: nothing but one index of each of these tables changes."""

    stack_name: str
    tables: tuple[TableIndexes, ...]

    @property
    def title(self) -> str:
        """One display line."""
        return _sentence(", ".join(table.change for table in self.tables))


@dataclass(frozen=True, slots=True)
class SwapDrifted:
    """After CloudFormation: swap what was hot-swapped before and CloudFormation does not touch.

    The executor reads the live stack again and asks ``plan.swaps_for`` for the instructions of
    ``resources``, since CloudFormation may have given other resources new ids.
    """

    resources: tuple[tuple[StackPath, str], ...]

    @property
    def title(self) -> str:
        """One display line."""
        count = len(self.resources)
        return f"Bring {plural(count, 'hot-swapped resource')} up to date"


@dataclass(frozen=True, slots=True)
class SwapFunctionCode:
    """UpdateFunctionCode: from S3 (``bucket``, ``key``), an ``image`` or ``inline`` source.

    ``asset`` is the hash of what has to be published first. With ``archive``, a folder or a .zip
    file, the code is sent with the call instead.

    ``inline`` is the text of ``ZipFile`` for runtimes that take it (Node.js, Python), else None.
    ``handler`` and ``runtime`` say how the inline source's file must be named.
    """

    target: SwapTarget
    bucket: str = ""
    key: str = ""
    asset: str = ""
    archive: Path | None = None
    image: str = ""
    inline: str | None = None
    handler: str = ""
    runtime: str = ""

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap the code of function {self.target.label}"


@dataclass(frozen=True, slots=True)
class SwapFunctionConfiguration:
    """UpdateFunctionConfiguration with ``properties`` in CloudFormation's names and shapes.

    Only the keys that changed are given: ``Description``, ``Environment``, ``Timeout``,
    ``MemorySize`` or ``Handler``. ``Environment`` is whole (``{"Variables": {…}}``). An executor
    waits until the function's last update is done before and after, as Lambda asks.
    """

    target: SwapTarget
    properties: Mapping[str, Json]

    @property
    def title(self) -> str:
        """One display line."""
        what = ", ".join(sorted(self.properties)).lower()
        return f"Swap the configuration ({what}) of function {self.target.label}"


@dataclass(frozen=True, slots=True)
class SwapApiKey:
    """UpdateApiKey of ``key_id``: ``expires`` in seconds since 1970, None if not given."""

    target: SwapTarget
    api_id: str
    key_id: str
    expires: int | None = None
    description: str = ""

    @property
    def title(self) -> str:
        """One display line."""
        return f"Extend the API key {self.target.label}"


@dataclass(frozen=True, slots=True)
class SwapSchema:
    """StartSchemaCreation on ``api_id`` with the text of ``file``, or of ``definition`` inline."""

    target: SwapTarget
    api_id: str
    file: Path | None = None
    definition: str | None = None

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap the GraphQL schema of {self.target.label.rpartition('/')[0] or self.api_id}"


@dataclass(frozen=True, slots=True)
class SwapAppSyncFunction:
    """UpdateFunction: ``properties`` are the whole evaluated AWS::AppSync::FunctionConfiguration.

    ``files`` maps each ``…S3Location`` property to the local file with its text.
    """

    target: SwapTarget
    api_id: str
    function_id: str
    properties: Mapping[str, Json]
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap the resolver function {self.target.label}"


@dataclass(frozen=True, slots=True)
class SwapResolver:
    """UpdateResolver: ``properties`` are the whole evaluated AWS::AppSync::Resolver.

    ``files`` maps each ``…S3Location`` property to the local file with its text.
    """

    target: SwapTarget
    api_id: str
    type_name: str
    field_name: str
    properties: Mapping[str, Json]
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap the resolver {self.type_name}.{self.field_name}"


@dataclass(frozen=True, slots=True)
class SwapResource:
    """UpdateResource of Cloud Control: sets ``properties`` and removes those ``removed``."""

    target: SwapTarget
    identifier: str
    properties: Mapping[str, Json]
    removed: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap {', '.join((*self.properties, *self.removed))} of {self.target.label}"


@dataclass(frozen=True, slots=True)
class SwapBuildProject:
    """UpdateProject of CodeBuild with ``properties`` in CloudFormation's names and shapes."""

    target: SwapTarget
    properties: Mapping[str, Json]

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap {', '.join(self.properties)} of the build project {self.target.label}"


@dataclass(frozen=True, slots=True)
class BucketSource:
    """One source of a bucket deployment: a folder, .zip or file on disk and its markers.

    ``markers`` maps placeholder texts in the files to the values that replace them (CDK's
    ``SourceMarkers``, for deploy-time values in deployed files).
    """

    asset: str
    path: Path
    packaging: Literal["file", "zip"]
    object_key: str
    markers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SwapBucketContent:
    """Bring a bucket deployment's files into ``bucket`` under ``prefix``.

    Same meaning as CDK's BucketDeployment provider: with ``extract`` a source's files are laid out,
    without it the source is one object; with ``prune`` other objects under the prefix are deleted;
    ``include`` and ``exclude`` are glob patterns as ``aws s3 sync`` reads them; ``user_metadata``
    and ``system_metadata`` go on every object.

    The local cloud takes the files straight from disk. On AWS the function ``provider`` (an ARN)
    deploys the published assets by ``properties``, the evaluated ones of the custom resource.
    """

    target: SwapTarget
    bucket: str
    prefix: str
    sources: tuple[BucketSource, ...]
    prune: bool = True
    extract: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    system_metadata: Mapping[str, str] = field(default_factory=dict)
    provider: str = ""
    properties: Mapping[str, Json] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """One display line."""
        return f"Swap the files of {self.target.label}"


@dataclass(frozen=True, slots=True)
class WriteOutputs:
    """Write ``amplify_outputs.json`` from the stack as it then stands."""

    @property
    def title(self) -> str:
        """One display line."""
        return "Write the outputs"


Swap = (
    SwapFunctionCode
    | SwapFunctionConfiguration
    | SwapApiKey
    | SwapSchema
    | SwapAppSyncFunction
    | SwapResolver
    | SwapBucketContent
    | SwapResource
    | SwapBuildProject
)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def swap_kind(swap: Swap) -> str:
    """What a right to one swap is a right to: this call for this type of resource."""
    return f"{type(swap).__name__} {swap.target.type}"


Instruction = PublishAssets | ChangeIndexes | DeployStack | SwapDrifted | Swap | WriteOutputs


@dataclass(frozen=True, slots=True)
class Plan:
    """How to get from ``live`` to ``assembly``: all that carrying it out needs but the clients.

    ``live`` is None if nothing is deployed; ``reasons`` say why it is not a hot-swap.

    Order of ``steps``: PublishAssets; then either each ChangeIndexes, DeployStack and SwapDrifted,
    or the swaps, which are independent of each other except that SwapSchema comes before resolvers
    and their functions; WriteOutputs last. A plan with ``Method.NONE`` has no steps.
    """

    method: Method
    assembly: Assembly = field(repr=False)
    live: LiveStack | None = field(repr=False)
    steps: tuple[Instruction, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def keeps_outputs(self) -> bool:
        """True if it changes nothing that the outputs are made from: stack and annotated schema."""
        changing = DeployStack | SwapBucketContent
        return not any(isinstance(step, changing) for step in self.steps)

    @property
    def titles(self) -> tuple[str, ...]:
        """The steps as display lines."""
        return tuple(step.title for step in self.steps)

    @property
    def updates(self) -> tuple[str, ...]:
        """The updates of the stack as display lines, if there is more than one."""
        found = [step.title for step in self.steps if isinstance(step, ChangeIndexes | DeployStack)]
        return tuple(found) if len(found) > 1 else ()

    @property
    def builds_images(self) -> bool:
        """Whether it may build container images, which takes long."""
        return any(isinstance(step, PublishAssets) and step.images for step in self.steps)

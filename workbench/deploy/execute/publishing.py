"""Publishes what a plan needs in the account before it is carried out: files and images."""

from __future__ import annotations

from workbench.aws.clients import Clients
from workbench.deploy.execute.assets import publish_assets
from workbench.deploy.execute.bootstrap import Bootstrap, bootstrap_of, require_bootstrap
from workbench.deploy.execute.images.container_tool import Say
from workbench.deploy.execute.images.publish import publish_images
from workbench.deploy.plan.instructions import DeployStack, Plan, PublishAssets


def publish_ahead(plan: Plan, clients: Clients) -> str:
    """Publish the plan's assets before it is certain that it is carried out; a note of how many.

    Not for a plan that builds images. Raises DeploymentProblem and what S3 answers; ``execute``
    then publishes, and explains, again.
    """
    if not publishes(plan):
        return ""
    return publish(plan, clients, bootstrap_of(clients, plan.assembly.roles), lambda _: None)


def publish(plan: Plan, clients: Clients, bootstrap: Bootstrap, say: Say) -> str:
    """Publish the plan's assets; a note of how many. ``say`` gets what building an image says."""
    assembly = plan.assembly
    steps = publishing_steps(plan)
    hashes = {name for step in steps for name in step.hashes}
    if _deploys(plan):
        hashes.add(assembly.root.template_hash)
    assets = [assembly.assets[name] for name in hashes if name in assembly.assets]
    images = [assembly.images[name] for step in steps for name in step.images]
    if not clients.is_local:
        require_bootstrap(clients, bootstrap)
    count = publish_assets(assets, clients, bootstrap)
    count += publish_images(images, assembly, clients, bootstrap, say)
    return f"{count} of {len(assets) + len(images)} published"


def publishing_steps(plan: Plan) -> list[PublishAssets]:
    """The plan's steps that publish."""
    return [step for step in plan.steps if isinstance(step, PublishAssets)]


def publishes(plan: Plan) -> bool:
    """Whether there is anything to publish: CloudFormation needs the root template at least."""
    return bool(publishing_steps(plan)) or _deploys(plan)


def _deploys(plan: Plan) -> bool:
    return any(isinstance(step, DeployStack) for step in plan.steps)

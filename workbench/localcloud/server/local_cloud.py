"""The local cloud inside its process: composes emulator, patches, bootstrap and saved state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from workbench.aws.local_keys import keys_of
from workbench.aws.target import LocalTarget
from workbench.localcloud.access.aws_hosts import with_aws_hosts
from workbench.localcloud.asgi.client import caller
from workbench.localcloud.asgi.routes import json_route
from workbench.localcloud.asgi.types import App
from workbench.localcloud.asgi.unread_bodies import read_to_the_end
from workbench.localcloud.contract import HEALTH_PATH
from workbench.localcloud.hosted_sign_in.route import hosted_sign_in_route
from workbench.localcloud.hosting.http import HostingService
from workbench.localcloud.hosting.job_runner import JobRunner
from workbench.localcloud.hosting.logs_route import logs_route
from workbench.localcloud.hosting.repository_watcher import RepositoryWatcher
from workbench.localcloud.hosting.state import HostingState
from workbench.localcloud.hosting.webhook_route import webhook_route
from workbench.localcloud.log_file import mask_values
from workbench.localcloud.ministack import emulator, installation
from workbench.localcloud.ministack.authorization import enforcement
from workbench.localcloud.ministack.authorization.callers import refused_call_of
from workbench.localcloud.ministack.functions.invocation_records import InvocationRecords
from workbench.localcloud.required_versions import check_versions
from workbench.localcloud.server.body_limits import limited_bodies
from workbench.localcloud.server.cdk_bootstrap import STAGING_BUCKET, bootstrap
from workbench.localcloud.server.debug_route import debug_route
from workbench.localcloud.server.enforcement_route import enforcement_route
from workbench.localcloud.server.function_statistics_route import function_statistics_route
from workbench.localcloud.server.gateway import gateway
from workbench.localcloud.server.graphql_plane import GraphQLPlane
from workbench.localcloud.server.invocations_route import invocations_route
from workbench.localcloud.server.outbound_messages_route import inbox_route
from workbench.localcloud.server.refusal_feed import RefusalFeed
from workbench.localcloud.server.role_session_route import role_session_route
from workbench.localcloud.server.user_imports_route import user_imports_route
from workbench.localcloud.server.user_tokens_route import user_tokens_route
from workbench.localcloud.server.write_detection import effects
from workbench.private_files import private_folder

logger = logging.getLogger("local cloud")


class LocalCloud:
    """Loads the emulator with its patches, and the saved state.

    ``iam``: callers are held to their policies. ``damages`` is what of the saved files could not be
    used. Raises UnsupportedVersionError for any
    other release, NewerStateError and UnreachableStateError of the state.
    """

    def __init__(self, state_dir: Path, port: int, *, iam: bool = True) -> None:
        check_versions()
        private_folder(state_dir)
        self._cloud_dir = state_dir.parent
        keys = keys_of(self._cloud_dir)
        self._target = LocalTarget(f"http://127.0.0.1:{port}", keys=keys)
        self._keys = keys
        enforcement.enforce(on=iam)
        self._emulator = emulator.load(state_dir, port, keys)
        logger.info("patches: %s", ", ".join(installation.install()) or "none")
        from workbench.localcloud.ministack.bridge.known_secrets import known_secrets
        from workbench.localcloud.ministack.patches.cloudformation import stack_operations
        from workbench.localcloud.ministack.patches.lambda_functions import (
            recorded_invocations,
            runtime,
        )
        from workbench.localcloud.ministack.saved_state import capture
        from workbench.localcloud.server.autosave import Autosave

        mask_values(known_secrets)
        self._clear_away = runtime.clear_away
        self._invocations = InvocationRecords(state_dir / "invocations.sqlite3")
        recorded_invocations.report_to(self._invocations.add)
        self._state_name = capture.service_of
        self._autosave = Autosave(state_dir)
        self._autosave.restore()
        self._hosting = HostingState(self._cloud_dir / "hosting")
        self.damages = (*self._autosave.damages, *self._hosting.damages)
        self._roll_back_interrupted = stack_operations.roll_back_interrupted
        for name in stack_operations.settle_interrupted():
            logger.warning("stack %s: its operation was cut off by a stop", name)

    async def start(self, health: Callable[[], object], *, tells_users: bool) -> App:
        """Make the bootstrap resources, begin to save the state, and return the application.

        ``tells_users``: only our own user's connections come here, so that health needs no key.
        """
        if bootstrap():
            logger.info("made the CDK bootstrap resources")
        loop = asyncio.get_running_loop()

        def remove_assets(keys: list[str]) -> None:
            loop.call_soon_threadsafe(
                lambda: setattr(self, "_removing", loop.create_task(self._delete_assets(keys)))
            )

        self._autosave.start(loop, remove_assets)
        self._autosave.mark(None)
        self._rolling_back = asyncio.create_task(self._roll_back_interrupted())
        self._graphql = GraphQLPlane(self._autosave.mark)
        self._refusals = RefusalFeed()
        enforcement.report_to(lambda refusal: self._refusals.refused(refused_call_of(refusal)))
        hosting = self._hosting
        self._jobs = JobRunner(
            hosting,
            self._cloud_dir,
            self._target.endpoint,
            self._delete_branch_backend,
        )
        self._jobs.open()
        self._watcher = RepositoryWatcher(hosting, self._jobs)
        self._watcher.start()
        own = (
            json_route(HEALTH_PATH, health, public=tells_users),
            user_tokens_route(),
            inbox_route(),
            user_imports_route(),
            invocations_route(self._invocations),
            debug_route(),
            role_session_route(),
            function_statistics_route(self._invocations),
            hosted_sign_in_route(),
            logs_route(hosting.folder, self._keys.secret),
            webhook_route(hosting, self._jobs),
            self._refusals.route(),
            enforcement_route(self._refusals),
            HostingService(hosting, self._jobs, self._watcher.look_soon).route(),
        )
        routes = (*own, *self._graphql.routes())
        application = gateway(self._emulator, routes, self._done)
        return read_to_the_end(with_aws_hosts(limited_bodies(application)))

    def _delete_branch_backend(self, app_id: str, branch: str) -> None:
        """Delete the branch's stack with its data, as Amplify Hosting does. Blocks."""
        # Imported in the job's thread: 0.15 s that no start waits for.
        from workbench.aws.clients import Clients
        from workbench.deploy.execute.delete import delete_backend
        from workbench.model.events import discard
        from workbench.project.identity import stack_name
        from workbench.project.models import BackendIdentity

        name = stack_name(BackendIdentity(app_id, branch, "branch"))
        delete_backend(Clients(self._target), name, discard)

    async def _delete_assets(self, keys: list[str]) -> None:
        call = caller(self._emulator)
        for key in keys:
            await call("s3", "DELETE", f"/{STAGING_BUCKET}/{quote(key)}", {}, b"")
            await asyncio.sleep(0)  # requests come first
        self._autosave.mark(("s3",))

    @property
    def holds_to_policies(self) -> bool:
        """Whether IAM is on."""
        return enforcement.is_enforced()

    @property
    def unsaved_because(self) -> str:
        """Why the state cannot be saved now; empty if it can."""
        return self._autosave.problem

    def close(self) -> None:
        """The server is about to stop: end the connections that would keep it waiting."""
        self._graphql.close()
        self._refusals.close()

    async def stop(self) -> None:
        """Save what is not saved yet and leave nothing outside the state folder."""
        await self._watcher.stop()
        await self._jobs.close()
        self._autosave.stop()
        self._clear_away()
        self._invocations.close()

    def _done(self, method: str, headers: Mapping[str, str], form: bytes) -> None:
        changed = effects(method, headers, form, self._state_name)
        if changed is None or changed:
            self._autosave.mark(changed)
        self._graphql.look_soon()

"""The local cloud's process: ``python -m workbench.localcloud.server.main --state-dir D --port P``.

One process for one state folder and one loopback port: it holds a lock on the folder for its
whole life and binds the port without sharing. It saves its state as it goes and at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from workbench.localcloud import log_file, server_process
from workbench.localcloud.access.peers import find_peer_user
from workbench.localcloud.contract import (
    EXIT_LOCKED,
    EXIT_NEWER_STATE,
    EXIT_PORT_TAKEN,
    EXIT_UNREACHABLE_STATE,
    EXIT_UNSUPPORTED,
)
from workbench.localcloud.log_file import configure_logging
from workbench.localcloud.ports import listening_socket
from workbench.localcloud.server.open_files import raise_open_files_limit
from workbench.localcloud.server_file import ServerRecord, read_record, write_record
from workbench.private_files import private_folder


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The server's state folder and port."""

    state_dir: Path
    port: int
    iam: bool = True


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workbench.localcloud.server.main")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--no-iam", action="store_true")
    parsed = parser.parse_args(argv)
    options = ServerOptions(parsed.state_dir.resolve(), parsed.port, iam=not parsed.no_iam)
    # Whatever it writes, and what its functions and jobs write, is for its owner alone.
    os.umask(0o077)
    private_folder(options.state_dir)
    lock = server_process.take(options.state_dir, options.port)
    if lock is None:
        print(f"another local cloud uses {options.state_dir}", file=sys.stderr)  # noqa: T201
        return EXIT_LOCKED
    with lock:
        return _serve(options)


def product_version() -> str:
    """The version of amplify-tui."""
    try:
        return version("amplify-tui")
    except PackageNotFoundError:
        return "0"


def _serve(options: ServerOptions) -> int:
    started, ticks = time.time(), time.monotonic()
    # What is imported stays: looking through it for garbage took a sixth of the start.
    gc.disable()
    try:
        sock = listening_socket(options.port)
    except OSError as error:
        print(f"port {options.port} is taken: {error.strerror}", file=sys.stderr)  # noqa: T201
        return EXIT_PORT_TAKEN
    configure_logging(options.state_dir / log_file.FILE_NAME)
    raise_open_files_limit()
    from workbench.localcloud.required_versions import UnsupportedVersionError
    from workbench.localcloud.server.local_cloud import LocalCloud
    from workbench.localcloud.state.store import NewerStateError, UnreachableStateError

    try:
        cloud = LocalCloud(options.state_dir / "state", options.port, iam=options.iam)
    except UnsupportedVersionError as error:
        print(str(error), file=sys.stderr)  # noqa: T201
        return EXIT_UNSUPPORTED
    except NewerStateError as error:
        print(f"the saved state is of a newer release ({error})", file=sys.stderr)  # noqa: T201
        return EXIT_NEWER_STATE
    except UnreachableStateError as error:
        print(f"{error}\n{error.next_step}", file=sys.stderr)  # noqa: T201
        return EXIT_UNREACHABLE_STATE

    record = ServerRecord(options.port, os.getpid(), started, product_version())

    def health() -> dict[str, object]:
        return {
            "status": "ok",
            "version": record.version,
            "pid": record.pid,
            "port": record.port,
            "state_dir": str(options.state_dir),
            "project_dir": str(_project_dir(options.state_dir)),
            "uptime": round(time.monotonic() - ticks, 3),
            "damages": [damage.document() for damage in cloud.damages],
            "unsaved": cloud.unsaved_because,
            "iam": cloud.holds_to_policies,
        }

    async def run() -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config
        from hypercorn.typing import ASGIFramework

        from workbench.localcloud.asgi import websocket_batches
        from workbench.localcloud.server import connection_limits, connections

        websocket_batches.install()
        peer_user = find_peer_user()
        if peer_user is None:
            logging.getLogger("local cloud").warning(
                "this kernel does not tell which user connects: other users of this machine reach "
                "the public addresses (GraphQL, sign-in); the access key keeps them out of the rest"
            )
        connections.install(peer_user)
        connection_limits.install()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        app = await cloud.start(health, tells_users=peer_user is not None)
        write_record(options.state_dir, record)
        gc.freeze()
        gc.enable()
        config = Config()
        config.bind = [f"fd://{sock.detach()}"]
        config.accesslog = None
        config.keep_alive_timeout = connection_limits.IDLE_SECONDS
        config.websocket_max_message_size = connection_limits.LARGEST_MESSAGE
        config.graceful_timeout = 2
        config.backlog = 256

        async def stopped() -> None:
            await stop.wait()
            cloud.close()

        code = 0
        server = cast(ASGIFramework, app)
        serving = asyncio.ensure_future(
            serve(server, config, shutdown_trigger=stopped, mode="asgi")
        )
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            # A client that does not read its response, or waits for a function that runs, would
            # keep it for as long.
            await asyncio.wait([serving], timeout=config.graceful_timeout + _CLOSING_SECONDS)
            if serving.done():
                serving.result()
        except Exception:
            logging.getLogger("local cloud").exception("the server failed")
            code = 1
        finally:
            await cloud.stop()
            remembered = read_record(options.state_dir)
            if remembered is not None and remembered.pid == os.getpid():
                write_record(options.state_dir, remembered.stopped())
            # All is saved. Leaving the loop would wait for a deployment that waits for its
            # custom resource, up to an hour; the emulator's other threads only poll.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    asyncio.run(run())
    return 0


_CLOSING_SECONDS = 1.0
"""How long connections may take to close once they have had their time."""


def _project_dir(state_dir: Path) -> Path:
    """``<project>/.amplify/local-cloud`` belongs to ``<project>``; any other folder to itself."""
    return state_dir.parent.parent if state_dir.parent.name == ".amplify" else state_dir


if __name__ == "__main__":
    sys.exit(main())

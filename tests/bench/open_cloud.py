"""A local cloud that lets everybody in: what the checks cost is measured beside it."""

from __future__ import annotations

import sys
from typing import Any

from workbench.localcloud.access import signatures, web_pages
from workbench.localcloud.server import connections
from workbench.localcloud.server import main as server


def main() -> int:
    """Serve without a look at pages, users and signatures."""

    async def admitted(_scope: Any, receive: Any, *, own: bool) -> Any:
        return signatures.Admitted(receive)

    signatures.admitted = admitted  # type: ignore[assignment]
    web_pages.refusal_of_page = lambda _scope, _allowed: ""  # type: ignore[assignment]
    web_pages.readable_by_page = lambda _scope, send, _rules: send  # type: ignore[assignment]
    connections.install = lambda _peer: None  # type: ignore[assignment]
    return server.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""Addresses of queues: ministack gives ``localhost``; here they begin as the caller's endpoint.

The stored address stays ministack's, which finds a queue by any host. SDKs for JavaScript send
to the queue's address instead of the endpoint.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Answer with the host that was asked, also in outputs of stacks."""
    from ministack.services import sqs
    from ministack.services.cloudformation import stacks

    from workbench.localcloud.ministack.emulator import LOOPBACK

    sqs._HOST_EXPLICIT = False
    resolve = stacks._resolve_stack_outputs
    stored, reached = (f"http://{host}:{sqs.DEFAULT_PORT}/" for host in ("localhost", LOOPBACK))

    def resolve_stack_outputs(*arguments: Any, **named: Any) -> Any:
        outputs, exports = resolve(*arguments, **named)
        known = {url for url in sqs._queues if url.startswith(stored)}
        for held, key in ((outputs, "OutputValue"), (exports.values(), "Value")):
            for each in held:
                if each[key] in known:
                    each[key] = each[key].replace(stored, reached, 1)
        return outputs, exports

    stacks._resolve_stack_outputs = resolve_stack_outputs

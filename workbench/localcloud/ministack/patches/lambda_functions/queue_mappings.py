"""Mappings of queues: ministack deletes a batch whose report it cannot read, and knows no window.

Here such a batch comes back as a whole, a batching window waits for more messages, and a batch has
as many as the mapping says, not ten.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from workbench.localcloud.ministack.functions.batches import reported, settings_of

_waiting_since: dict[str, float] = {}


def install() -> None:
    """Wrap the poller of queues, and take the place of what runs a batch."""
    from ministack.services import lambda_svc, sqs

    poll, iterate = lambda_svc._poll_sqs, lambda_svc._iter_all_esms
    polls = [False]

    def due() -> Iterator[Any]:
        for account, region, mapping in iterate():
            if not polls[0] or _is_due(mapping, time.monotonic()):
                yield account, region, mapping

    def poll_due() -> Any:
        polls[0] = True
        try:
            return poll()
        finally:
            polls[0] = False

    lambda_svc._iter_all_esms = due
    lambda_svc._poll_sqs = poll_due
    lambda_svc._run_sqs_batch = _run
    sqs._receive_messages_for_esm = _receive


def _is_due(mapping: dict[str, Any], now: float) -> bool:
    """Whether a batch is full, or its window is over."""
    from ministack.services import sqs

    settings = settings_of(mapping)
    if settings.window <= 0:
        return True
    queue = sqs._queue_by_arn(mapping.get("EventSourceArn", ""))
    visible = [m for m in (queue or {}).get("messages", []) if m["visible_at"] <= time.time()]
    if not visible:
        _waiting_since.pop(mapping["UUID"], None)
        return True
    since = _waiting_since.setdefault(mapping["UUID"], now)
    if len(visible) < settings.size and now - since < settings.window:
        return False
    _waiting_since.pop(mapping["UUID"], None)
    return True


def _receive(queue_url: str, most: int) -> list[dict[str, Any]]:
    from ministack.services import sqs

    with sqs._queues_lock:
        queue = sqs._get_q(queue_url)
        sqs._expire_retained(queue)
        sqs._dlq_sweep(queue)
        seconds = int(queue["attributes"].get("VisibilityTimeout", "30"))
        found: list[dict[str, Any]] = sqs._collect_msgs(queue, int(most or 1), seconds)
        return found


def _run(
    mapping: dict[str, Any],
    function: dict[str, Any],
    event: Any,
    batch: list[dict[str, Any]],
    *queue: str,
) -> None:
    """Run the function, and delete what it has handled."""
    from ministack.services import lambda_svc, sqs

    known = {message["id"] for message in batch}
    result = lambda_svc._execute_function(function, event)
    failed: set[str] = set()
    if result.get("error") or result.get("throttle"):
        failed = known
    elif settings_of(mapping).reports_items:
        items = reported(result.get("body"))
        failed = known if items is None or not known.issuperset(items) else set(items)
    done = [message for message in batch if message["id"] not in failed]
    handles = {message["receipt_handle"] for message in done if message.get("receipt_handle")}
    sqs._delete_messages_for_esm(queue[0], handles)
    if failed == known:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        again = time.time() + lambda_svc._ESM_BACKOFF_SECONDS
        lambda_svc._esm_backoff_until[mapping["UUID"]] = again
        return
    mapping["LastProcessingResult"] = "OK"
    lambda_svc._esm_backoff_until.pop(mapping["UUID"], None)

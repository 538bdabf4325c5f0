"""Writes the request logs of GraphQL APIs to CloudWatch Logs, as AppSync does."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION

KEPT = 2_000
"""Lines of one API: the emulator would keep all, and write them all with each save."""

_STREAM = "requests"


def write_lines(api_id: str, lines: Sequence[tuple[int, str]]) -> None:
    """Append lines (milliseconds since 1970, message) to ``/aws/appsync/apis/<api id>``.

    Must run on the emulator's event loop.
    """
    from ministack.core.responses import request_scope
    from ministack.services import cloudwatch_logs as logs

    place = {"logGroupName": f"/aws/appsync/apis/{api_id}", "logStreamName": _STREAM}
    with request_scope(LOCAL_ACCOUNT, LOCAL_REGION):
        if place["logGroupName"] not in logs._log_groups:
            logs._create_log_group(place)
        streams = logs._log_groups[place["logGroupName"]]["streams"]
        if _STREAM not in streams:
            logs._create_log_stream(place)
        events = [{"timestamp": at, "message": message} for at, message in lines[-KEPT:]]
        logs._put_log_events({**place, "logEvents": events})
        stored = streams[_STREAM]["events"]
        for event in stored[: max(0, len(stored) - KEPT)]:
            logs._log_records.pop(event["eventId"], None)
        del stored[: max(0, len(stored) - KEPT)]

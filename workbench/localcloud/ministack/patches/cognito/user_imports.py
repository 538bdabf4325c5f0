"""Import jobs: ministack has none; Cognito makes users of a CSV file that is uploaded before.

The file goes to an address of the local cloud. The log of a job, a line for each of the file, is
in CloudWatch Logs.
Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

from __future__ import annotations

import contextvars
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from workbench.localcloud.contract import USER_IMPORTS_PATH
from workbench.localcloud.ministack.patches.cognito.imported_users import (
    header,
    import_user,
    read_rows,
)
from workbench.localcloud.ministack.patches.cognito.served_actions import serve
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse, reply
from workbench.localcloud.ministack.patches.cognito.turns import in_turn

_KEY = "_import_jobs"
_BATCH = 100
"""Lines between which others get their turn."""

_running: set[str] = set()


def install() -> None:
    """Serve the actions."""
    serve("GetCSVHeader", _csv_header)
    serve("CreateUserImportJob", _create)
    serve("DescribeUserImportJob", _describe)
    serve("ListUserImportJobs", _list)
    serve("StartUserImportJob", _start)
    serve("StopUserImportJob", _stop)


@in_turn
def receive_file(job_id: str, token: str, text: str) -> bool:
    """Keep what was uploaded for a job; False if the address is not one that was given."""
    from ministack.services import cognito

    for pool in cognito._user_pools.all_values():
        job = pool.get(_KEY, {}).get(job_id)
        if job is not None:
            good = secrets.compare_digest(job["_token"].encode(), token.encode())
            if good and job["Status"] == "Created":
                job["_file"] = text
                return True
    return False


def _csv_header(data: Mapping[str, Any]) -> Answer:
    pool, refused = _pool(data)
    return refused or reply({"UserPoolId": pool["Id"], "CSVHeader": header(pool)})


def _create(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, refused = _pool(data)
    if refused is not None:
        return refused
    if data.get("PasswordHashingAlgorithm"):
        return refuse(
            "UnsupportedOperationException",
            "The local cloud imports users without their passwords: leave "
            "PasswordHashingAlgorithm out.",
        )
    job_id = f"import-{secrets.token_hex(5)}"
    token = secrets.token_urlsafe(32)
    port = os.environ.get("GATEWAY_PORT", "4566")
    job = {
        "JobName": data["JobName"],
        "JobId": job_id,
        "UserPoolId": pool["Id"],
        "PreSignedUrl": f"http://127.0.0.1:{port}{USER_IMPORTS_PATH}{job_id}?token={token}",
        "CreationDate": cognito._now_epoch(),
        "Status": "Created",
        "CloudWatchLogsRoleArn": data["CloudWatchLogsRoleArn"],
        "ImportedUsers": 0,
        "SkippedUsers": 0,
        "FailedUsers": 0,
        "_token": token,
    }
    pool.setdefault(_KEY, {})[job_id] = job
    return _told(job)


def _describe(data: Mapping[str, Any]) -> Answer:
    job, refused = _job(data)
    return refused or _told(job)


def _list(data: Mapping[str, Any]) -> Answer:
    pool, refused = _pool(data)
    if refused is not None:
        return refused
    start, most = int(data.get("PaginationToken") or 0), int(data["MaxResults"])
    newest = sorted(pool.get(_KEY, {}).values(), key=lambda job: -job["CreationDate"])
    jobs = [_shown(job) for job in newest[start : start + most]]
    more = {"PaginationToken": str(start + most)} if start + most < len(newest) else {}
    return reply({"UserImportJobs": jobs, **more})


def _start(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    job, refused = _job(data)
    if refused is not None:
        return refused
    pool = cognito._user_pools[data["UserPoolId"]]
    if job["Status"] != "Created":
        return refuse(
            "PreconditionNotMetException", f"The job's status is {job['Status']}, not Created."
        )
    if "_file" not in job:
        return refuse(
            "PreconditionNotMetException",
            "No CSV file was uploaded to the job's PreSignedUrl.",
        )
    job.update(Status="Pending", StartDate=cognito._now_epoch())
    _running.add(job["JobId"])
    context = contextvars.copy_context()
    runner = threading.Thread(
        target=lambda: context.run(_run, pool, job), name="cognito-user-import", daemon=True
    )
    answer = _told(job)
    runner.start()
    return answer


def _stop(data: Mapping[str, Any]) -> Answer:
    job, refused = _job(data)
    if refused is not None:
        return refused
    if job["Status"] not in ("Pending", "InProgress"):
        return refuse(
            "PreconditionNotMetException", f"The job's status is {job['Status']}: it does not run."
        )
    job["Status"] = "Stopping"
    return _told(job)


def _run(pool: Any, job: Any) -> None:
    """Import the file's lines, some at a time: others get their turn in between."""
    text = job.pop("_file")
    lines: list[str] = []
    try:
        rows = enumerate(read_rows(pool, text), 2)
        while _some(pool, job, rows, lines):
            pass
        if job["Status"] == "Stopping":
            _end(job, "Stopped", "The Import Job was stopped by the developer.")
        elif job["FailedUsers"] and not job["ImportedUsers"]:
            _end(
                job,
                "Failed",
                "Too many users have failed or been skipped during the import.",
            )
        else:
            _end(job, "Succeeded", "Import Job Completed Successfully.")
    except ValueError as problem:
        _end(job, "Failed", str(problem))
    finally:
        _running.discard(job["JobId"])
        _log(job, lines)


@in_turn
def _some(pool: Any, job: Any, rows: Iterator[Any], lines: list[str]) -> bool:
    """Import a batch; False at the end."""
    if job["Status"] == "Stopping":
        return False
    job["Status"] = "InProgress"
    batch = list(islice(rows, _BATCH))
    for number, row in batch:
        outcome, text = import_user(pool, row)
        counted = {"SUCCEEDED": "ImportedUsers", "SKIPPED": "SkippedUsers"}
        job[counted.get(outcome, "FailedUsers")] += 1
        lines.append(f"[{outcome}] Line Number {number} - {text}")
    return len(batch) == _BATCH


def _end(job: Any, status: str, message: str) -> None:
    from ministack.services import cognito

    job.update(Status=status, CompletionMessage=message, CompletionDate=cognito._now_epoch())


def _log(job: Any, lines: list[str]) -> None:
    """Write the job's log, as Cognito does with the role that the job names."""
    from ministack.services import cloudwatch_logs as logs
    from ministack.services import cognito

    group = f"/aws/cognito/userpools/{job['UserPoolId']}/{job['JobName']}"
    now = int(cognito._now_epoch() * 1000)
    logs._create_log_group({"logGroupName": group})
    logs._create_log_stream({"logGroupName": group, "logStreamName": job["JobId"]})
    events = [{"timestamp": now, "message": line} for line in (*lines, job["CompletionMessage"])]
    logs._put_log_events(
        {"logGroupName": group, "logStreamName": job["JobId"], "logEvents": events}
    )


def _told(job: Any) -> Answer:
    return reply({"UserImportJob": _shown(job)})


def _shown(job: Any) -> dict[str, Any]:
    if job["Status"] in ("Pending", "InProgress", "Stopping") and job["JobId"] not in _running:
        # The local cloud was stopped meanwhile.
        _end(job, "Stopped", "The Import Job was stopped with the local cloud.")
    return {name: value for name, value in job.items() if not name.startswith("_")}


def _pool(data: Mapping[str, Any]) -> tuple[Any, Answer | None]:
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    return pool, refused


def _job(data: Mapping[str, Any]) -> tuple[Any, Answer | None]:
    pool, refused = _pool(data)
    if refused is not None:
        return None, refused
    job = pool.get(_KEY, {}).get(data.get("JobId"))
    if job is None:
        return None, refuse("ResourceNotFoundException", "The user import job does not exist.")
    return job, None

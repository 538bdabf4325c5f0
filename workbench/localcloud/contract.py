"""What clients of the local cloud and its server agree on: addresses, exit codes, variables, tags.

AWS's own addresses are not here; these are the local cloud's own, which AWS does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

OWN_PREFIX = "/_amplify_tui/"
HEALTH_PATH = OWN_PREFIX + "health"
TOKENS_PATH = OWN_PREFIX + "cognito/tokens"
"""POST: tokens of a user without a password, for "run as"."""
MESSAGES_PATH = OWN_PREFIX + "cognito/inbox"
"""GET: the invitations and codes that Cognito would have sent."""

CONFIRM_PATH = "/confirmUser"
"""Where the link in a sign-up's message leads, as on a user pool's domain."""
USER_IMPORTS_PATH = OWN_PREFIX + "cognito/user-imports/"
"""PUT: the CSV file of an import job."""
TRACES_PREFIX = OWN_PREFIX + "appsync/"
TRACES_PATH = TRACES_PREFIX + "{api_id}/traces/{request_id}"
REFUSALS_PATH = OWN_PREFIX + "iam/refusals"
"""GET: what IAM refuses from now on, as a stream of events."""
IAM_PATH = OWN_PREFIX + "iam/enforcement"
"""POST: turn IAM on or off."""
INVOCATIONS_PATH = OWN_PREFIX + "functions/invocations"
"""GET: a function's last invocations with their events."""
DEBUG_PATH = OWN_PREFIX + "functions/debug"
"""GET: the functions under a debugger; POST: restart one with its debugger, or without."""
FUNCTION_STATISTICS_PATH = OWN_PREFIX + "functions/statistics"
"""GET: how often each function ran in the last hour, and how long."""
ROLE_SESSION_PATH = OWN_PREFIX + "functions/role-session"
"""POST: the credentials of a function's role, and its variables as they are here."""
LOGS_PATH = OWN_PREFIX + "hosting/logs/"
WEBHOOKS_PATH = OWN_PREFIX + "hosting/webhooks/"
AWS_HOSTS_PREFIX = OWN_PREFIX + "aws/"
"""Before a host of AWS and a path: what a front end asked that host."""

EXIT_LOCKED = 3
"""Another process serves this state."""
EXIT_PORT_TAKEN = 4
EXIT_UNSUPPORTED = 5
"""The installed emulator is another release than the patches are for."""
EXIT_NEWER_STATE = 6
EXIT_UNREACHABLE_STATE = 7

CLOUD_VARIABLE = "AMPLIFY_TUI_LOCAL_CLOUD"
"""The folder of the local cloud whose job this process is; it deploys there and nowhere else."""
APP_ROOT = "AMPLIFY_MONOREPO_APP_ROOT"
"""Amplify Hosting's variable for the folder of the app inside its repository."""

ENDED = ("SUCCEED", "FAILED", "CANCELLED")
"""The statuses of jobs that do not change any more."""

PREVIEW_OF = "amplify-tui:preview-of"
"""The tag of a preview's branch that names the Git branch or commit it shows."""
EXPIRES = "amplify-tui:expires"
"""The tag of a preview's branch that says when it is removed, in ISO 8601."""


def expiry(tags: Mapping[str, str]) -> datetime | None:
    """When a preview ends; None for other branches, and for a tag that cannot be read."""
    try:
        ends = datetime.fromisoformat(tags[EXPIRES])
    except (KeyError, ValueError):
        return None
    return ends if ends.tzinfo is not None else ends.replace(tzinfo=UTC)

"""Operations on webhooks."""

from __future__ import annotations

import secrets
import time

from workbench.localcloud.hosting.finding import (
    ARN,
    Jobs,
    Members,
    change,
    find,
    find_app,
    find_branch,
)
from workbench.localcloud.hosting.pages import page
from workbench.localcloud.hosting.state import Document, HostingState


def create_webhook(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """CreateWebhook."""
    find_branch(state, members)
    key, now = secrets.token_hex(18), time.time()
    made = {
        "description": "",
        **members,
        "webhookId": key,
        "webhookArn": f"{ARN}webhooks/{key}",
        # AWS's own address would start a build there; ours starts one here.
        "webhookUrl": f"/_amplify_tui/hosting/webhooks/{key}",
        "createTime": now,
        "updateTime": now,
    }
    state.webhooks[key] = made
    return {"webhook": made}


def get_webhook(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetWebhook."""
    return {"webhook": find(state.webhooks, members["webhookId"], "Webhook")}


def update_webhook(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """UpdateWebhook."""
    found = get_webhook(state, _jobs, members)["webhook"]
    change(found, members, "webhookId")
    return {"webhook": found}


def delete_webhook(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """DeleteWebhook."""
    found = get_webhook(state, _jobs, members)
    del state.webhooks[members["webhookId"]]
    return found


def list_webhooks(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListWebhooks."""
    find_app(state, members)
    own = [pair for pair in sorted(state.webhooks.items()) if pair[1]["appId"] == members["appId"]]
    return page(own, members, "webhooks")

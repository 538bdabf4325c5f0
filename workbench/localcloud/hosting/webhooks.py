"""Operations on webhooks."""

from __future__ import annotations

import secrets
import time

from workbench.localcloud.contract import WEBHOOKS_PATH
from workbench.localcloud.hosting.lookup import (
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


def create_webhook(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """CreateWebhook."""
    find_branch(state, members)
    key, now = secrets.token_hex(18), time.time()
    made = {
        "description": "",
        **members,
        "webhookId": key,
        "webhookArn": f"{ARN}webhooks/{key}",
        # The local cloud may have another port the next time: the address is made when it is asked.
        "webhookUrl": "",
        "createTime": now,
        "updateTime": now,
    }
    state.webhooks[key] = made
    return {"webhook": _with_address(made, jobs)}


def get_webhook(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """GetWebhook."""
    found = find(state.webhooks, members["webhookId"], "Webhook")
    return {"webhook": _with_address(found, jobs)}


def update_webhook(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """UpdateWebhook."""
    found = find(state.webhooks, members["webhookId"], "Webhook")
    change(found, members, "webhookId")
    return {"webhook": _with_address(found, jobs)}


def delete_webhook(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """DeleteWebhook."""
    found = get_webhook(state, jobs, members)
    del state.webhooks[members["webhookId"]]
    return found


def list_webhooks(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """ListWebhooks."""
    find_app(state, members)
    own = [
        (key, _with_address(each, jobs))
        for key, each in sorted(state.webhooks.items())
        if each["appId"] == members["appId"]
    ]
    return page(own, members, "webhooks")


def _with_address(webhook: Document, jobs: Jobs) -> Document:
    return {**webhook, "webhookUrl": f"{jobs.endpoint}{WEBHOOKS_PATH}{webhook['webhookId']}"}

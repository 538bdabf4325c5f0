"""Operations on apps, and on the tags of apps and branches."""

from __future__ import annotations

import secrets
import string
import time

from workbench.localcloud.hosting.lookup import ARN, SECRET, Jobs, Members, change, find_app
from workbench.localcloud.hosting.pages import page
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import Document, HostingState

_LETTERS = string.ascii_lowercase + string.digits


def create_app(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """CreateApp."""
    app_id = "d" + "".join(secrets.choice(_LETTERS) for _ in range(13))
    now = time.time()
    given = {name: value for name, value in members.items() if name not in SECRET}
    app = {
        "description": "",
        "repository": "",
        "platform": "WEB",
        "environmentVariables": {},
        "enableBranchAutoBuild": False,
        "enableBasicAuth": False,
        **given,
        "appId": app_id,
        "appArn": f"{ARN}apps/{app_id}",
        "createTime": now,
        "updateTime": now,
        "defaultDomain": f"{app_id}.localhost",
        "repositoryCloneMethod": "SSH",
    }
    state.apps[app_id] = {"app": app, "branches": {}, "environments": {}, "domains": {}}
    return {"app": app}


def get_app(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetApp."""
    return {"app": find_app(state, members)["app"]}


def update_app(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """UpdateApp."""
    app = find_app(state, members)["app"]
    change(app, members, "appId")
    return {"app": app}


def delete_app(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """DeleteApp."""
    found = find_app(state, members)
    for name in list(found["branches"]):
        jobs.forget(members["appId"], name)
    del state.apps[members["appId"]]
    for key, hook in list(state.webhooks.items()):
        if hook["appId"] == members["appId"]:
            del state.webhooks[key]
    return {"app": found["app"]}


def list_apps(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListApps."""
    return page(
        [(key, each["app"]) for key, each in sorted(state.apps.items())], members, "apps", 100
    )


def tag_resource(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """TagResource."""
    _tagged(state, members).setdefault("tags", {}).update(members["tags"])
    return {}


def untag_resource(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """UntagResource."""
    tags = _tagged(state, members).setdefault("tags", {})
    for key in members["tagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListTagsForResource."""
    return {"tags": _tagged(state, members).get("tags", {})}


def _tagged(state: HostingState, members: Members) -> Document:
    arn = members["resourceArn"]
    for each in state.apps.values():
        for document, key in (
            (each["app"], "appArn"),
            *((branch["branch"], "branchArn") for branch in each["branches"].values()),
        ):
            if document[key] == arn:
                return document  # type: ignore[no-any-return]
    raise RefusalError("ResourceNotFoundException", f"Resource {arn} not found.")

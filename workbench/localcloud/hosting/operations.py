"""The operations of Amplify's API that the local cloud serves, by AWS's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.localcloud.hosting import apps, branches, environments, jobs, webhooks
from workbench.localcloud.hosting.lookup import Jobs, Members
from workbench.localcloud.hosting.state import Document, HostingState

Operation = Callable[[HostingState, Jobs, Members], Document]

OPERATIONS: Mapping[str, Operation] = {
    "CreateApp": apps.create_app,
    "GetApp": apps.get_app,
    "UpdateApp": apps.update_app,
    "DeleteApp": apps.delete_app,
    "ListApps": apps.list_apps,
    "TagResource": apps.tag_resource,
    "UntagResource": apps.untag_resource,
    "ListTagsForResource": apps.list_tags_for_resource,
    "CreateBranch": branches.create_branch,
    "GetBranch": branches.get_branch,
    "UpdateBranch": branches.update_branch,
    "DeleteBranch": branches.delete_branch,
    "ListBranches": branches.list_branches,
    "StartJob": jobs.start_job,
    "StopJob": jobs.stop_job,
    "GetJob": jobs.get_job,
    "ListJobs": jobs.list_jobs,
    "DeleteJob": jobs.delete_job,
    "ListArtifacts": jobs.list_artifacts,
    "GetArtifactUrl": jobs.get_artifact_url,
    "CreateDeployment": jobs.refuse_web_site,
    "StartDeployment": jobs.refuse_web_site,
    "GenerateAccessLogs": jobs.refuse_web_site,
    "CreateBackendEnvironment": environments.create_backend_environment,
    "GetBackendEnvironment": environments.get_backend_environment,
    "DeleteBackendEnvironment": environments.delete_backend_environment,
    "ListBackendEnvironments": environments.list_backend_environments,
    "CreateDomainAssociation": environments.create_domain_association,
    "GetDomainAssociation": environments.get_domain_association,
    "UpdateDomainAssociation": environments.update_domain_association,
    "DeleteDomainAssociation": environments.delete_domain_association,
    "ListDomainAssociations": environments.list_domain_associations,
    "CreateWebhook": webhooks.create_webhook,
    "GetWebhook": webhooks.get_webhook,
    "UpdateWebhook": webhooks.update_webhook,
    "DeleteWebhook": webhooks.delete_webhook,
    "ListWebhooks": webhooks.list_webhooks,
}

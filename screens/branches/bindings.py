"""The keys of the branches pane."""

from __future__ import annotations

from textual.binding import BindingType

from screens.widgets.keys import key

SCREEN_BINDINGS: list[BindingType] = [
    key("branches.work_in", "o", "work_in", "Switch", "Switch the workbench to this environment"),
    key("branches.own", "0", "own", "Own sandbox", "Switch back to your own sandbox"),
    key("branches.connect", "n", "connect", "Connect",
        "Make the Git branch an environment, and deploy it"),
    key("branches.deploy", "d", "deploy", "Deploy", "Deploy the last commit"),
    key("branches.stop", "x", "stop", "Stop", "Stop the running job"),
    key("branches.retry", "R", "retry", "Retry", "Run the last job again"),
    key("branches.logs", "enter,l", "logs", "Logs", "The last job's logs"),
    key("branches.history", "h", "history", "History",
        "All jobs, how long each step took, what changed between"),
    key("branches.compare", "c", "compare", "Compare", "Compare with another environment"),
    key("branches.promote", "p", "promote", "Promote",
        "Merge into another branch, and deploy that"),
    key("branches.preview", "P", "preview", "Preview", "Temporary environment for this branch"),
    key("branches.settings", "v", "settings", "Variables", "Variables and secrets"),
    key("branches.details", "i", "details", "Details", "Stack, resources and what is billed"),
    key("branches.domains", "w", "domains", "Domains", "Custom domains and their DNS records",
        show=False),
    key("branches.automatic", "A", "automatic", "Automatic",
        "Which new branches become environments automatically", show=False),
    key("branches.mark", "space", "mark", "Mark", "Mark sandboxes, to delete them together",
        show=False),
    key("branches.delete", "D", "delete", "Delete",
        "Delete the environment with all its data; the Git branch stays"),
    key("branches.deleted", "H", "deleted", "Deleted",
        "Deleted environments: when, by whom, with what data", show=False),
    key("branches.reload", "r", "reload", "Refresh", "Load the environments again", show=False),
    key("branches.back", "escape", "back", "Sandbox", "Back to the sandbox"),
]  # fmt: skip

"""The keys of the branches pane."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _key(
    keys: str, action: str, words: str, about: str, *, show: bool = True, name: str = ""
) -> Binding:
    return Binding(keys, action, words, show, id=f"branches.{name or action}", tooltip=about)


SCREEN_BINDINGS: list[BindingType] = [
    _key("o", "work_in", "Work in it", "Turn playground, users and resources to this environment"),
    _key("0", "own", "Own sandbox", "Back from another environment to your own sandbox"),
    _key("n", "connect", "Connect", "Make the Git branch an environment, and deploy it"),
    _key("d", "deploy", "Deploy", "Deploy its last commit"),
    _key("x", "stop", "Stop", "Ask the running job to end"),
    _key("R", "retry", "Retry", "Run the last job again"),
    _key("enter,l", "logs", "Logs", "The last job's logs"),
    _key("h", "history", "History", "All jobs, how long each step took, what changed between"),
    _key("c", "compare", "Compare", "What another environment has more, less or else"),
    _key("p", "promote", "Promote", "Merge it into another branch, and deploy that"),
    _key("P", "preview", "Preview", "An environment of this branch that goes by itself"),
    _key("v", "settings", "Variables", "Variables and secrets"),
    _key("i", "details", "Details", "Its stack, its resources, what of them costs"),
    _key("w", "domains", "Domains", "Custom domains and their DNS records", show=False),
    _key("A", "automatic", "Automatic", "Which new branches become environments", show=False),
    _key("space", "mark", "Mark", "Mark sandboxes, to delete them together", show=False),
    _key("D", "delete", "Delete", "Delete the environment with all its data; Git stays as it is"),
    _key(
        "H",
        "deleted",
        "Deleted",
        "Which environments were deleted, when, by whom, with what data",
        show=False,
    ),
    _key("r", "reload", "Reload", "Read everything again", show=False),
    _key("escape", "back", "Sandbox", "Back to the sandbox"),
]

"""How the screens say things: durations, times, states, statuses. Pure."""

from __future__ import annotations

from time import localtime, strftime

from screens.widgets import text_styles
from workbench.model.deployment import DeploymentResult, Effect
from workbench.model.events import Level, LoopState, Stage

STATE_SYMBOLS = {
    LoopState.STARTING: "◌",
    LoopState.WATCHING: "●",
    LoopState.SYNTHESIZING: "◐",
    LoopState.CHECKING: "◐",
    LoopState.DEPLOYING: "▲",
    LoopState.FAILED: "✗",
    LoopState.NEEDS_YOU: "?",
    LoopState.ATTACHED: "◇",
    LoopState.STOPPED: "■",
}

STATE_TONES = {
    LoopState.STARTING: text_styles.BUSY,
    LoopState.WATCHING: text_styles.OK,
    LoopState.SYNTHESIZING: text_styles.BUSY,
    LoopState.CHECKING: text_styles.BUSY,
    LoopState.DEPLOYING: text_styles.ACCENT,
    LoopState.FAILED: text_styles.FAIL,
    LoopState.NEEDS_YOU: text_styles.WARN,
    LoopState.ATTACHED: text_styles.BUSY,
    LoopState.STOPPED: text_styles.MUTED,
}

EFFECT_SYMBOLS = {
    Effect.CREATE: "+",
    Effect.UPDATE: "~",
    Effect.REPLACE: "±",
    Effect.DESTROY: "−",
}

EFFECT_TONES = {
    Effect.CREATE: text_styles.OK,
    Effect.UPDATE: text_styles.BUSY,
    Effect.REPLACE: text_styles.WARN,
    Effect.DESTROY: text_styles.FAIL,
}

RESULT_MARKS = {
    DeploymentResult.SUCCEEDED: ("✓", text_styles.OK),
    DeploymentResult.NO_CHANGE: ("=", text_styles.MUTED),
    DeploymentResult.FAILED: ("✗", text_styles.FAIL),
    DeploymentResult.REFUSED: ("⊘", text_styles.WARN),
    DeploymentResult.SUPERSEDED: ("»", text_styles.MUTED),
    DeploymentResult.INTERRUPTED: ("!", text_styles.WARN),
}

LEVEL_MARKS = {
    Level.DEBUG: ("·", text_styles.MUTED),
    Level.INFO: (" ", text_styles.TEXT),
    Level.WARNING: ("!", text_styles.WARN),
    Level.ERROR: ("✗", text_styles.FAIL),
}

STAGE_WORDS = {
    Stage.SYNTH: "synthesize",
    Stage.TYPE_CHECK: "check types",
    Stage.DIFF: "compare",
    Stage.ASSETS: "publish assets",
    Stage.DEPLOY: "deploy",
    Stage.OUTPUTS: "write outputs",
}


def duration(seconds: float) -> str:
    """A duration at the precision that matters: ``0.42s``, ``12.3s``, ``2m 05s``."""
    if seconds < 10:
        return f"{max(0.0, seconds):.2f}s"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02d}m"


def ticking(seconds: float) -> str:
    """A running duration, short and steady in width: ``3.4s``, ``1m 12s``."""
    return f"{max(0.0, seconds):.1f}s" if seconds < 60 else duration(seconds)


def clock_time(at: float) -> str:
    """The local time of day."""
    return strftime("%H:%M:%S", localtime(at))


def status_mark(status: str) -> tuple[str, str]:
    """The symbol and tone of a CloudFormation status."""
    if not status:
        return ("·", text_styles.MUTED)
    if status.endswith("_FAILED") or status.startswith("ROLLBACK_COMPLETE"):
        return ("✗", text_styles.FAIL)
    if status.endswith("_IN_PROGRESS"):
        return ("◐", text_styles.BUSY)
    if status == "DELETE_COMPLETE":
        return ("−", text_styles.MUTED)
    if "ROLLBACK" in status:
        return ("↶", text_styles.WARN)
    return ("✓", text_styles.OK)


def short_path(construct_path: str, stack_name: str = "") -> str:
    """A construct path without the root stack's name and the L1's ``Resource`` at its end."""
    parts = [part for part in construct_path.split("/") if part]
    if parts and (parts[0] == stack_name or parts[0].startswith("amplify-")):
        parts = parts[1:]
    if parts and parts[-1].endswith(".NestedStackResource"):
        # "auth.NestedStack/auth.NestedStackResource" is the stack "auth".
        parts = [*parts[:-2], parts[-1].removesuffix(".NestedStackResource")]
        return "/".join(parts)
    while len(parts) > 1 and (
        parts[-1] in ("Resource", "Default") or parts[-1].startswith(f"{parts[-2]}.")
    ):
        parts = parts[:-1]
    return "/".join(parts)

"""Says which deployed functions the local cloud runs on another version than they declare."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.function_logs.functions import LoggedFunction


def substituted_runtimes(
    functions: Sequence[LoggedFunction], told: set[tuple[str, str, str]]
) -> list[str]:
    """One sentence for each runtime that is not installed; ``told`` keeps what has been said.

    A function is told of once, and again when it declares, or runs on, another version.
    """
    from workbench.function_process.interpreters import advice, substitute

    found: dict[tuple[str, str], list[str]] = {}
    for function in functions:
        running = substitute(function.runtime)
        key = (function.name, function.runtime, running)
        if running and key not in told:
            told.add(key)
            found.setdefault((function.runtime, running), []).append(function.name)
    return [
        _sentence(names, declared, running, advice(declared))
        for (declared, running), names in found.items()
    ]


def _sentence(names: Sequence[str], declared: str, running: str, fix: str) -> str:
    if len(names) == 1:
        what = f"Function {names[0]} declares {declared}, which is not installed: it runs"
    else:
        listed = ", ".join(names)
        what = f"Functions {listed} declare {declared}, which is not installed: they run"
    return f"{what} on {running}. {fix}".strip()

"""The app's style sheet, which parses each source once for the colours of a theme.

Textual parses all of them again for each screen that is opened first, and whenever there are more
than its cache holds: a third of the CPU time up to the sandbox's screen.
"""

from __future__ import annotations

from typing import ClassVar

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation


class KeptStyleSheet(Stylesheet):
    """A style sheet that keeps what it parsed, for all apps of this process."""

    _kept: ClassVar[dict[tuple[object, ...], list[RuleSet]]] = {}
    _themes: ClassVar[dict[frozenset[tuple[str, str]], int]] = {}
    """A number for each set of colours."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._theme = self._number(variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme."""
        theme = self._number(variables)
        if theme != self._theme:
            self._theme = theme
            super().set_variables(variables)

    def _number(self, variables: dict[str, str]) -> int:
        return self._themes.setdefault(frozenset(variables.items()), len(self._themes))

    def reparse(self) -> None:
        """Apply the theme's colours."""
        self.parse()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (self._theme, css, read_from, is_default_rules, tie_breaker, scope)
        if key not in self._kept:
            self._kept[key] = super()._parse_rules(
                css, read_from, is_default_rules, tie_breaker, scope
            )
        return self._kept[key]

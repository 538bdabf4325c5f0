"""Variables and secrets as rows; a secret's value is dots, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence

from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT, WARN
from workbench.branches.settings import Setting

_HIDDEN = "••••••••"


def setting_rows(found: Sequence[Setting], *, shows_values: bool) -> list[Row]:
    """The variables, then the secrets, under their headings."""
    rows = []
    for kind, title in (("variable", "Variables"), ("secret", "Secrets")):
        own = [each for each in found if each.kind == kind]
        rows.append(Row(((title, MUTED),)))
        rows += [_row(each, shows_values=shows_values) for each in own]
        if not own:
            rows.append(Row((("  none", MUTED),)))
    return rows


def setting_key(each: Setting) -> str:
    """The setting's key in the list."""
    return f"{each.kind}:{each.scope}:{each.name}"


def _row(each: Setting, *, shows_values: bool) -> Row:
    if not each.is_set:
        words = "not set, but the code asks for it"
        spans = (("  ▲ ", WARN), (column(each.name, 28) + " ", STRONG), (words, WARN))
        return Row(spans, setting_key(each), copy=each.name)
    value = each.value if shows_values and each.kind == "variable" else _HIDDEN
    whose = "all branches" if each.scope == "shared" else ""
    return Row(
        (
            ("    ", TEXT),
            (column(each.name, 28) + " ", STRONG),
            (column(whose, 13), MUTED),
            (value.replace("\n", "⏎"), TEXT if shows_values else MUTED),
        ),
        setting_key(each),
        copy=each.name,
    )

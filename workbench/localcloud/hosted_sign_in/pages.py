"""The pages as HTML: forms that say on whose behalf they ask, and that work without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:10vh auto;padding:0 1rem}
h1{font-size:1.4rem}label{display:block;margin:.8rem 0}
input:not([type=radio]),button{font:inherit;box-sizing:border-box;width:100%;padding:.5rem}
button{margin-top:.6rem;cursor:pointer}
[role=alert]{border-left:3px solid #c33;padding-left:.6rem}
[role=status]{border-left:3px solid #393;padding-left:.6rem}
footer{margin-top:2rem;font-size:.85rem;opacity:.75}code{overflow-wrap:anywhere}
"""
_HINTS = {
    "password": "current-password",
    "new_password": "new-password",
    "code": "one-time-code",
    "username": "username",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One input; ``name`` is what the form sends."""

    name: str
    label: str
    type: str = "text"
    required: bool = True
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields with the buttons that send them; a button's name goes along as ``action``."""

    action: str
    fields: Sequence[Field]
    buttons: Mapping[str, str]
    hidden: Mapping[str, str]


def page(
    title: str,
    forms: Iterable[Form] = (),
    *,
    problem: str = "",
    notice: str = "",
    text: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
) -> str:
    """A whole page; ``links`` are addresses by their text."""
    parts = [
        f'<p role="alert">{escape(problem)}</p>' if problem else "",
        f'<p role="status">{escape(notice)}</p>' if notice else "",
        *(f"<p>{escape(each)}</p>" for each in text),
        *(_form(form) for form in forms),
        *(
            f'<p><a href="{escape(address)}">{escape(name)}</a></p>'
            for name, address in (links or {}).items()
        ),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · local cloud</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{body}\n"
        "<footer>This is the sign-in page of your local cloud, not of AWS. It sends no mail and no "
        "text messages: read them with <code>amplify-tui users inbox</code>.</footer>"
        "</main></body></html>\n"
    )


def _form(form: Form) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in form.hidden.items()
        if value
    )
    buttons = "".join(
        f'<button name="action" value="{escape(action)}">{escape(text)}</button>'
        for action, text in form.buttons.items()
    )
    fields = "".join(_input(field, first=not at) for at, field in enumerate(form.fields))
    return f'<form method="post" action="{escape(form.action)}">{hidden}{fields}{buttons}</form>'


def _input(field: Field, *, first: bool) -> str:
    hint = _HINTS.get(field.name)
    attributes = [
        f'id="{escape(field.name)}" name="{escape(field.name)}" type="{field.type}"',
        f'value="{escape(field.value)}"' if field.value else "",
        f'autocomplete="{hint}"' if hint else "",
        "required" if field.required else "",
        "autofocus" if first else "",
    ]
    shown = " ".join(each for each in attributes if each)
    return f"<label>{escape(field.label)}<input {shown}></label>"

"""The checklist's own project: sign-in, one model, one function; small, and edited by the steps."""

from __future__ import annotations

from pathlib import Path
from typing import Final

HANDLER: Final = "amplify/functions/greeting/handler.py"
DATA: Final = "amplify/data/resource.py"
FIELD: Final = "    content: str\n"
NEW_FIELD: Final = "    content: str\n    done: bool | None\n"
NEW_MODEL: Final = '''

class Note(Model, rules=[allow.public_api_key()]):
    """Another table."""

    text: str

'''
FILES: Final = {
    "pyproject.toml": '[project]\nname = "checklist"\nversion = "1"\nrequires-python = ">=3.11"\n',
    "amplify/backend.py": """from auth.resource import auth
from data.resource import data
from functions.greeting.resource import greeting

from amplify_tui import define_backend

define_backend(auth=auth, data=data, greeting=greeting)
""",
    "amplify/auth/resource.py": """from amplify_tui import EmailLogin, define_auth

auth = define_auth(email=EmailLogin(subject="Checklist", body="Your code is {code}."))
""",
    "amplify/functions/greeting/resource.py": """from amplify_tui import define_function

greeting = define_function(name="greeting")
""",
    HANDLER: """def handler(event, context):
    print("greets", event["arguments"]["name"])
    return f"Hello, {event['arguments']['name']}!"
""",
    DATA: '''from functions.greeting.resource import greeting

from amplify_tui import Model, allow, define_data, function, query


class Todo(Model, rules=[allow.public_api_key()]):
    """The table."""

    content: str


@query(handler=function(greeting), rules=[allow.public_api_key()])
def greet(name: str) -> str | None:
    """The function's answer."""


data = define_data(
    models=[Todo], operations=[greet], default_authorization="api_key", api_key_days=7
)
''',
}


def write_project(root: Path) -> None:
    """Write all files into a folder."""
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def edit(root: Path, name: str, *changes: tuple[str, str]) -> None:
    """Replace texts in a file, and save it once."""
    file = root / name
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{name} has no {old!r}")
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")

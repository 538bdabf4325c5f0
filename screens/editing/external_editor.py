"""Edits an editor's text in the user's own editor."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from screens.editing.code_editor import CodeEditor
from screens.ports import Shell


def edit_externally(shell: Shell, editor: CodeEditor, suffix: str) -> None:
    """Lend the terminal to the user's editor, at the cursor, and take what it saved.

    Nobody else can read the file, and it is deleted after that; the change can be undone.
    """
    row, column = editor.cursor_location
    before = editor.text
    try:
        with TemporaryDirectory(prefix="amplify-tui-") as folder:
            file = Path(folder) / f"{editor.id}.{suffix}"
            file.write_text(before, encoding="utf-8")
            shell.edit(file, row + 1, column + 1)
            after = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        shell.say(f"The text was not changed: {error}", "error")
        return
    if not before.endswith("\n"):
        # Editors end the last line; the text had none.
        after = after.removesuffix("\n")
    if after != before:
        editor.replace(after, (0, 0), editor.document.end, maintain_selection_offset=False)
        editor.move_cursor((min(row, editor.document.line_count - 1), 0))

"""A list of proposals over the editors of one screen."""

from __future__ import annotations

from textual import on
from textual.containers import Vertical

from screens.editing.code_editor import CodeEditor
from screens.editing.proposal_list import ProposalList


class ProposingEditors(Vertical):
    """Holds code editors; what one of them proposes is listed at its cursor.

    Yield ``self.proposals`` behind the editors.
    """

    def __init__(self, *editors: CodeEditor, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._editors = editors
        self.proposals = ProposalList()

    @on(CodeEditor.Proposed)
    def _proposed(self, event: CodeEditor.Proposed) -> None:
        editor, proposals = event.editor, event.proposals
        is_typed_already = (
            len(proposals) == 1
            and proposals[0].insert.strip(": ")
            == editor.text[proposals[0].start : proposals[0].end]
        )
        if is_typed_already or not editor.has_focus:
            proposals = ()
        self.proposals.show_proposals(
            proposals, editor.cursor_screen_offset, self.screen.size, self.region.offset
        )
        editor.offers = bool(proposals)

    @on(CodeEditor.KeyForProposals)
    def _proposal_key(self, event: CodeEditor.KeyForProposals) -> None:
        if event.key in ("up", "down"):
            self.proposals.cursor += 1 if event.key == "down" else -1
        elif event.key in ("enter", "tab"):
            self._insert(event.editor)
        else:
            self._close(event.editor)

    @on(ProposalList.Clicked)
    def _proposal_clicked(self) -> None:
        for editor in self._editors:
            if editor.has_focus:
                self._insert(editor)

    def _insert(self, editor: CodeEditor) -> None:
        if self.proposals.chosen is not None:
            editor.take(self.proposals.chosen)
        self._close(editor)

    def _close(self, editor: CodeEditor) -> None:
        self.proposals.hide()
        editor.offers = False

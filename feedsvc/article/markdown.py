"""Turn Markdown into HTML."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

_BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def markdown(text: str) -> str:
    """Return the HTML of CommonMark with tables, strikethrough, footnotes, definition and task lists.

    HTML in the text passes through: the answer is untrusted and is to be cleaned.
    """
    return str(_markdown.render(text))


def _footnote_mark(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return f"<sup>[{int(tokens[index].meta['id']) + 1}]</sup>"


def _tick(state: StateCore) -> None:
    """Turn the boxes of task lists into signs, as cleaning does with those of HTML.

    The plugin for it takes quadratic time, minutes over a list as long as an item may be.
    """
    for item, paragraph, text in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if (item.type, paragraph.type) == ("list_item_open", "paragraph_open") and text.children:
            first = text.children[0]
            if first.type == "text" and (box := _BOXES.get(first.content[:4])):
                first.content = box + first.content[4:]


def _nothing(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return ""


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    reader.use(footnote_plugin).use(deflist_plugin)
    reader.core.ruler.push("tasks", _tick)
    # Cleaning takes every id away, so that links between a note and its mark would lead nowhere.
    reader.add_render_rule("footnote_ref", _footnote_mark)
    reader.add_render_rule("footnote_anchor", _nothing)
    return reader


_markdown = _reader()

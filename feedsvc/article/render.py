"""Write a parsed article anew in a small, canonical HTML: paragraphs, headings, lists, tables, figures.

The tree is only read. What is written keeps the content models of HTML, so that a browser reads it
back as it was meant, and reading and writing it once more gives the same text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bs4 import NavigableString, PageElement, Tag

from feedsvc.article import inline, table
from feedsvc.article.inline import Context, is_blank
from feedsvc.article.policy import BLOCKS, HEADINGS
from feedsvc.article.tree import attribute

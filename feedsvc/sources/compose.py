"""Make an article of one file: bytes ─ text ─ fields and body ─ clean article.

A file that cannot be published gives no article but the reasons; nothing here raises for what is in a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from feedsvc import article
from feedsvc.model import Article, Enclosure, Image, Problem
from feedsvc.sources import aliases, fields, files, frontmatter, markup
from feedsvc.sources.frontmatter import Fields
from feedsvc.sources.problems import Mark, Report
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.shelf import Shelf
from feedsvc.sources.values import Unfit, url

MAX_TITLE = 90
"""Characters of a title that is taken from the text."""
MAX_WRITTEN_TITLE = 500
MAX_SUMMARY = 500
MAX_TOLD = 20
"""Missing files that are told of, in one item."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What became of one file: an article, or None with the problems that say why."""

    article: Article | None = None
    guid: str | None = None
    """The id that its author wrote, if any."""
    slug: str | None = None
    draft: bool = False
    media: tuple[str, ...] = ()
    """Files on the shelf that the article shows or links."""
    wanted: tuple[str, ...] = ()
    """The same and those that are missing: when one of these changes, the file is to be read again."""
    problems: tuple[Problem, ...] = ()
    id_place: Problem | None = None
    """The place of the id, for whoever finds that another file has the same."""


def compose(data: bytes, path: str, rules: FolderRules, shelf: Shelf, now: datetime) -> Composed:
    """Return the article that the bytes of the file at `path` hold, cleaned and complete.

    E107: larger than the limits. E108: no text. E110: nothing in it. `now` only tells a future date.
    """
    if len(data) > rules.max_file_bytes:
        return _refused(rules, path, "E107", f"the file is larger than {rules.max_file_bytes:,} bytes")
    try:
        text, encoding = files.decode(data)
    except files.NotText as error:
        return _refused(rules, path, "E108", f"{error}.".replace("..", "."))
    if not text.strip():
        return _refused(rules, path, "E110", "the file is empty. Write a title and a text, or remove it")
    return _Desk(text, encoding, path, rules, shelf).compose(now)


def _refused(rules: FolderRules, path: str, code: str, message: str) -> Composed:
    report = Report(rules.source, path)
    report.error(code, message)
    return Composed(problems=tuple(report.problems))


class _Desk:
    """One file at work: what is known about it grows from step to step."""

    def __init__(self, text: str, encoding: str, path: str, rules: FolderRules, shelf: Shelf) -> None:
        self._path = path
        self._rules = rules
        self._shelf = shelf
        self._report = Report(rules.source, path, text)
        if encoding:
            self._report.warn("W202", f"read as {encoding}. Save it as UTF-8")
        self._fields = self._read(text)
        self._written = fields.interpret(self._fields, self._report, rules.timezone)
        self._media: dict[str, None] = {}
        self._missing: dict[str, None] = {}

    def compose(self, now: datetime) -> Composed:
        if self._report.broken:
            return self._done(None)
        made = self._article()
        if (
            len(made.content) > self._rules.max_html_bytes
            or len(made.content.encode()) > self._rules.max_html_bytes
        ):
            self._report.error(
                "E107", f"the article is larger than {self._rules.max_html_bytes:,} bytes of HTML"
            )
        if not (made.title or made.content):
            self._report.error("E110", "there is neither a title nor a text in it")
        if made.published and made.published > now:
            at = next(
                (self._fields.marks.get(key) for key in self._fields.marks if key.lower() == "date"), None
            )
            moment = made.published.strftime("%Y-%m-%d %H:%M UTC")
            self._report.warn("W205", f"it will appear at {moment}", at, "date")
        return self._done(None if self._report.broken else made)

    def _done(self, made: Article | None) -> Composed:
        written = self._written
        return Composed(
            article=made,
            guid=written.guid,
            slug=article.slug(written.slug) or None,
            draft=written.draft or files.is_drafts(self._path),
            media=tuple(self._media) if made else (),
            wanted=(*self._media, *self._missing),
            problems=tuple(self._report.problems),
            id_place=self._id_place(),
        )

    def _id_place(self) -> Problem | None:
        key = next((key for key in self._fields.values if aliases.canonical(key) == "id"), None)
        at = self._fields.marks.get(key) if key else None
        return self._report.problem("W206", "", at, key) if key else None

    def _read(self, text: str) -> Fields:
        suffix = files.suffix(self._path)
        if suffix in (".json", ".yaml", ".yml", ".toml"):
            read, problems = frontmatter.read_data(text, suffix, self._path, self._rules.source)
        else:
            read, problems = frontmatter.read(text, self._path, self._rules.source)
        self._report.problems += problems
        return read

    def _article(self) -> Article:
        form, body = self._body()
        base = self._page(body) if form == "html" and markup.is_page(body) else self._fragment(form, body)
        content = self._without_missing(base.content)
        written = self._written
        language = written.language or base.language or article.language(article.to_text(content))
        language = language or self._rules.language
        title = self._title(written.title or base.title, content, language)
        image = self._image(written.image) if written.image else self._kept(base.image)
        dated = article.parse_date(files.dated_name(self._path)[0], self._rules.timezone)
        tags = (*written.tags, *base.tags)
        if self._rules.subfolder_tags:
            tags += files.folder_tags(self._path)
        return replace(
            base,
            title=title,
            content=content,
            summary=self._summary(base.summary, content, title, language),
            summary_written=bool(written.summary) or base.summary_written,
            link=written.link or base.link,
            authors=written.authors or base.authors,
            tags=tuple({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1],
            language=language,
            image=image or self._measured(article.first_image(content)),
            enclosures=tuple(e for e in map(self._enclosure, written.enclosures) if e) or base.enclosures,
            published=written.published or base.published or dated,
            updated=written.updated or base.updated,
            expires=written.expires,
            rights=written.rights or base.rights,
            origin=written.origin,
            via=written.via,
            related=written.related,
            feeds=written.feeds,
            extra=written.extra,
        )

    def _body(self) -> tuple[str, str]:
        """Return how the body is written, and the body."""
        by_suffix = {".html": "html", ".htm": "html", ".txt": "text"}.get(
            files.suffix(self._path), "markdown"
        )
        written, body = self._written, self._fields.body
        if not body.strip() and written.html is not None:
            return written.format or "html", written.html
        if not body.strip() and written.markdown is not None:
            return written.format or "markdown", written.markdown
        return written.format or by_suffix, body

    def _page(self, page: str) -> Article:
        """Return the article of a whole page; what lies beside the page is found before it is read."""
        tree = markup.parse_page(page)
        markup.point_to_shelf(tree, self._shelf, self._path)
        return article.extract(str(tree), markup.page_url(tree) or self._shelf.folder_url(self._path))

    def _fragment(self, form: str, body: str) -> Article:
        """Return an article with the body's clean HTML and, where the fields have none, its title."""
        title = self._written.title
        if form == "text" and not title and body.lstrip().startswith("# "):
            first, _, body = body.lstrip().partition("\n")
            title = first[2:].strip()
        html = {"markdown": article.markdown, "text": article.plain}.get(form, str)(body)
        removed = article.removed(html)
        if removed:
            self._report.warn(
                "W207", f"left out of the text, since it is not safe in feeds: {', '.join(removed)}"
            )
        root = markup.parse_fragment(html)
        if title:
            markup.drop_title(root, title)
        else:
            title = markup.take_title(root)
        if form == "markdown":
            markup.resolve_brackets(root, self._shelf, self._path)
        markup.point_to_shelf(root, self._shelf, self._path)
        return Article(title, article.clean(root.decode_contents(), self._shelf.folder_url(self._path)))

    def _without_missing(self, content: str) -> str:
        content, found, missing = markup.remove_missing(content, self._shelf)
        self._media |= dict.fromkeys(found)
        for path, tag in missing[:MAX_TOLD]:
            self._missing[path] = None
            name = path.rpartition("/")[2]
            if tag in ("img", "source"):
                self._tell_missing(path, self._report.place(name))
            elif name:
                hint = "there is no such file to link to; for another item, link its address"
                self._report.warn("W208", f"“{name}”: {hint}", self._report.place(name))
        return content

    def _tell_missing(self, path: str, at: Mark | None, field: str = "") -> None:
        near = self._shelf.near(path)
        hint = f" Is it “{near}”?" if near else ""
        message = f"“{path}” is not there; the item is published without it.{hint}"
        self._report.warn("E109", message, at, field)

    def _title(self, written: str, content: str, language: str) -> str:
        title = " ".join(written.split())
        if title:
            return (
                title
                if len(title) <= MAX_WRITTEN_TITLE
                else article.shorten(title, MAX_WRITTEN_TITLE, language)
            )
        text = article.to_text(content).strip()
        if not text and not self._written.enclosures and not self._written.image and not self._written.link:
            return ""
        first = article.shorten(" ".join(text.split("\n\n")[0].split()), MAX_TITLE, language)
        name = " ".join(files.dated_name(self._path)[1].replace("-", " ").replace("_", " ").split())
        title = first or name[:1].upper() + name[1:]
        self._report.warn(
            "W204", f"there is no title; it is called “{title}”. Begin with “title: …” or “# …”"
        )
        return title

    def _summary(self, found: str, content: str, title: str, language: str) -> str:
        written = self._written.summary
        if written:
            return written if len(written) <= MAX_SUMMARY else article.shorten(written, MAX_SUMMARY, language)
        return found or article.summarise(content, title, language)

    def _image(self, written: Image) -> Image | None:
        place = self._place(written.url, "image", picture=True)
        return self._measured(replace(written, url=place)) if place else None

    def _kept(self, image: Image | None) -> Image | None:
        """Return a page's image, if it is not one of ours that is missing."""
        path = self._shelf.path(image.url) if image else None
        if path is None:
            return image
        if self._shelf.state(path).size < 0:
            return None
        self._media[path] = None
        return self._measured(image)

    def _measured(self, image: Image | None) -> Image | None:
        path = self._shelf.path(image.url) if image else None
        if image is None or path is None or image.width:
            return image
        width, height = self._shelf.dimensions(path)
        return replace(image, width=width, height=height)

    def _enclosure(self, written: Enclosure) -> Enclosure | None:
        place = self._place(written.url, "enclosure", picture=False)
        path = self._shelf.path(place) if place else None
        if place is None or path is None:
            return replace(written, url=place) if place else None
        return replace(written, url=place, length=self._shelf.state(path).size)

    def _place(self, reference: str, field: str, *, picture: bool) -> str | None:
        """Return the address of a file beside the item or elsewhere; None, and why, if there is none."""
        at = self._report.place(reference)
        candidates = self._shelf.candidates(reference, self._path)
        found = self._shelf.find(reference, self._path)
        if found:
            self._media[found] = None
            return self._shelf.url(found)
        if candidates:
            self._missing[candidates[0]] = None
            self._tell_missing(candidates[0], at, field)
            return None
        try:
            return url(reference)
        except Unfit as error:
            self._report.error(error.code, f"{error}, or the path of a file beside this one", at, field)
            return None

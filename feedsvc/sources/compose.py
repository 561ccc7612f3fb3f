"""Make an article of one file: bytes ─ text ─ fields and body ─ clean article.

A file that cannot be published gives no article but the reasons; nothing here raises for what is in a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from feedsvc import article
from feedsvc.model import Article, Problem
from feedsvc.sources import aliases, comments, episode, fields, files, frontmatter, markup
from feedsvc.sources.attachments import Attachments
from feedsvc.sources.frontmatter import Fields
from feedsvc.sources.problems import Report
from feedsvc.sources.rules import FolderRules
from feedsvc.sources.shelf import Shelf
from feedsvc.sources.values import brief

MAX_TITLE = 90
"""Characters of a title that is taken from the text."""
MAX_WRITTEN_TITLE = 500
MAX_SUMMARY = 500


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
        self._attached = Attachments(path, shelf, self._report)

    def compose(self, now: datetime) -> Composed:
        base = self._base()
        if base is None:
            return self._done(None)
        made = self._article(base)
        if not (made.title or made.content):
            self._report.error("E110", "there is neither a title nor a text in it")
        self._tell_times(made, now)
        self._tell_feeds(made)
        return self._done(None if self._report.broken else made)

    def _tell_times(self, made: Article, now: datetime) -> None:
        if made.published and made.published > now:
            self._warn("W205", f"it will appear at {_minute(made.published)}", "date")
        if made.expires and made.expires <= max(now, made.published or now):
            told = f"nobody sees it: it expires at {_minute(made.expires)}. Remove this, or the file"
            self._warn("W211", told, "expires")

    def _tell_feeds(self, made: Article) -> None:
        known = {slug.casefold(): slug for slug in self._rules.feeds}
        for slug in made.feeds if known else ():
            if slug.casefold() not in known:
                near = get_close_matches(slug.casefold(), known, n=1)
                hint = f" Is it “{known[near[0]]}”?" if near else f" There are: {', '.join(known.values())}"
                told = f"“{brief(slug)}” is no feed of this site.{hint[:200]}"
                self._warn("W212", told, "feeds")

    def _warn(self, code: str, message: str, field: str) -> None:
        """Warn of the value of a field, under the name that it has in the file."""
        key = self._key(field) or field
        self._report.warn(code, message, self._fields.marks.get(key), key)

    def _base(self) -> Article | None:
        """Return the article that the body holds; None where it is too large, or the fields are broken."""
        form, body = self._body()
        # The HTML of any other text is larger than it, and some Markdown takes long to read.
        if self._report.broken or not (form == "html" or self._fits(body)):
            return None
        base = self._page(body) if form == "html" and markup.is_page(body) else self._fragment(form, body)
        return base if self._fits(base.content) else None

    def _fits(self, text: str) -> bool:
        most = self._rules.max_html_bytes
        if len(text.encode()) > most:
            self._report.error("E107", f"the article is larger than {most:,} bytes of HTML")
        return len(text.encode()) <= most

    def _done(self, made: Article | None) -> Composed:
        written = self._written
        return Composed(
            article=made,
            guid=written.guid,
            slug=article.slug(written.slug) or None,
            draft=written.draft or files.is_drafts(self._path),
            media=tuple(self._attached.found) if made else (),
            wanted=(*self._attached.found, *self._attached.missing),
            problems=tuple(self._report.problems),
            id_place=self._id_place(),
        )

    def _id_place(self) -> Problem | None:
        key = self._key("id")
        return self._report.problem("W206", "", self._fields.marks.get(key), key) if key else None

    def _key(self, field: str) -> str | None:
        """Return the name under which the file has a field."""
        return next((key for key in self._fields.values if aliases.canonical(key) == field), None)

    def _read(self, text: str) -> Fields:
        suffix = files.suffix(self._path)
        if suffix in (".json", ".yaml", ".yml", ".toml"):
            read, problems = frontmatter.read_data(text, suffix, self._path, self._rules.source)
        else:
            read, problems = frontmatter.read(text, self._path, self._rules.source)
        self._report.problems += problems
        return read

    def _article(self, base: Article) -> Article:
        attached = self._attached
        content = attached.without_missing(base.content)
        written = self._written
        language = written.language or base.language or article.language(article.to_text(content))
        language = language or self._rules.language
        title = self._title(written.title or base.title, content, language)
        image = attached.image(written.image) if written.image else attached.kept(base.image)
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
            image=image or attached.measured(article.first_image(content)),
            enclosures=tuple(e for e in map(attached.enclosure, written.enclosures) if e) or base.enclosures,
            published=written.published or base.published or dated,
            updated=written.updated or base.updated,
            expires=written.expires,
            rights=written.rights or base.rights,
            origin=written.origin,
            via=written.via,
            related=written.related,
            feeds=written.feeds,
            extra=written.extra,
            license=written.license,
            episode=episode.attached(written.episode, attached),
        )

    def _body(self) -> tuple[str, str]:
        """Return how the body is written, and the body."""
        by_suffix = {".html": "html", ".htm": "html", ".txt": "text"}.get(
            files.suffix(self._path), "markdown"
        )
        written, body = self._written, self._fields.body
        if written.body is not None:
            form, body = written.body
            return written.format or form, body
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
        if form == "markdown":
            body = self._without_comments(body)
        html = {"markdown": article.markdown, "text": article.plain}.get(form, str)(body)
        if removed := article.removed(html):
            self._report.warn(
                "W207", f"left out of the text, since it is not safe in feeds: {', '.join(removed)}"
            )
        folder = self._shelf.folder_url(self._path)
        if not article.keeps_markup(html):
            told = "the text is too large or too deeply nested for its markup: it is published as plain text"
            self._report.warn("W210", told)
            return Article(title, article.clean(html))
        if not markup.wants_preparation(html):
            return Article(title, article.clean(html, folder))
        root = markup.parse_fragment(html)
        if title:
            markup.drop_title(root, title)
        else:
            title = markup.take_title(root)
        if form == "markdown":
            markup.resolve_brackets(root, self._shelf, self._path)
        markup.point_to_shelf(root, self._shelf, self._path)
        return Article(title, article.clean(root.decode_contents(), folder))

    def _without_comments(self, body: str) -> str:
        """Return Markdown without Obsidian's comments, which their author wrote for nobody else."""
        left = comments.without_comments(body)
        if left != body:
            told = "what stands between %% and %% is a comment in Obsidian: it is left out"
            self._report.warn("W213", told, self._report.place("%%"))
        return left

    def _title(self, written: str, content: str, language: str) -> str:
        title = article.line(written)
        if title:
            return (
                title
                if len(title) <= MAX_WRITTEN_TITLE
                else article.shorten(title, MAX_WRITTEN_TITLE, language)
            )
        text = article.to_text(content).strip()
        if not text and not self._written.enclosures and not self._written.image and not self._written.link:
            return ""
        first = _first_sentence(" ".join(text.split("\n\n")[0].split()), language)
        name = " ".join(files.dated_name(self._path)[1].replace("-", " ").replace("_", " ").split())
        title = first or name[:1].upper() + name[1:]
        # Not which: what is told of a file may be read by more people than a draft is meant for.
        after = "the first sentence of its text" if first else "its file"
        self._report.warn(
            "W204", f"there is no title; it is called after {after}. Begin with “title: …” or “# …”"
        )
        return title

    def _summary(self, found: str, content: str, title: str, language: str) -> str:
        written = self._written.summary
        if written:
            return written if len(written) <= MAX_SUMMARY else article.shorten(written, MAX_SUMMARY, language)
        return found or article.summarise(content, title, language)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _first_sentence(text: str, language: str) -> str:
    """Return the first sentence of a paragraph, cut where it is longer than a title may be."""
    found = article.shorten(text, MAX_TITLE, language)
    while (shorter := article.shorten(found, len(found) - 1, language)) and not shorter.endswith("…"):
        found = shorter
    return found

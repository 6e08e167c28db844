"""A Word document to work on: real headings and tables, the language set, wide tables on their own page."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from markdown_it import MarkdownIt

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))
"""What XML cannot hold; officers paste it from other programs."""


class Book:
    """A document on its way. ``language``: of its words, as ``en_GB`` or ``en-GB``."""

    def __init__(self, title: str, language: str, made: dt.datetime) -> None:
        from docx import Document
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self.book: Any = Document()
        tongue = language.replace("_", "-")
        about = self.book.core_properties
        about.title, about.author, about.language = plain(title)[:250], "", tongue
        about.created = about.modified = made.replace(tzinfo=None)
        normal = self.book.styles["Normal"]
        normal.font.name = "Arial"
        marked = OxmlElement("w:lang")
        marked.set(qn("w:val"), tongue)
        normal.element.get_or_add_rPr().append(marked)
        self._lay(self.book.sections[0])
        self.book.add_heading(plain(title), 0)

    def heading(self, words: str, level: int = 1) -> None:
        self.book.add_heading(plain(words), level)

    def say(self, words: str, *, style: str | None = None, kept: bool = False) -> None:
        """A paragraph for every line of the words. ``kept``: on one page with what follows."""
        for line in plain(words).splitlines():
            if line.strip():
                made = self._paragraph(style)
                made.add_run(line.strip())
                made.paragraph_format.keep_with_next = kept

    def prose(self, text: str, site: str = "") -> None:
        """Markdown as paragraphs and lists. A link keeps its address, on ``site`` when it is one of ours."""
        style: str | None = None
        for token in MarkdownIt("commonmark", {"html": False}).parse(plain(text)):
            if token.type in ("bullet_list_open", "ordered_list_open"):
                style = "List Bullet" if token.type == "bullet_list_open" else "List Number"
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                style = None
            elif token.type == "inline":
                self._inline(self._paragraph(style), token.children or (), site)

    def _inline(self, paragraph: Any, tokens: Iterable[Any], site: str) -> None:
        bold = italic = False
        address = ""
        for token in tokens:
            if token.type in ("strong_open", "strong_close"):
                bold = token.type == "strong_open"
            elif token.type in ("em_open", "em_close"):
                italic = token.type == "em_open"
            elif token.type == "link_open":
                address = str(token.attrs.get("href", ""))
            elif token.type == "link_close":
                whole = f"{site}{address}" if address.startswith("/") else address
                paragraph.add_run(f" ({whole.removeprefix('mailto:').removeprefix('tel:')})")
            elif token.type in ("softbreak", "hardbreak"):
                paragraph.add_run(" ")
            else:
                run = paragraph.add_run(token.content)
                run.bold, run.italic = bold or None, italic or None

    def listed(self, lines: Iterable[str], *, numbered: bool = False) -> None:
        for line in lines:
            style = "List Number" if numbered else "List Bullet"
            self._paragraph(style).add_run(" ".join(plain(line).split()))

    def _paragraph(self, style: str | None = None) -> Any:
        """One more paragraph, a little off a table before it."""
        from docx.oxml.ns import qn
        from docx.shared import Pt

        before = self.book.element.body[-2] if len(self.book.element.body) > 1 else None
        made = self.book.add_paragraph(style=style)
        if before is not None and before.tag == qn("w:tbl"):
            made.paragraph_format.space_before = Pt(8)
        return made

    def quiet(self, words: str, *, kept: bool = False) -> None:
        made = self._paragraph()
        made.add_run(plain(words)).italic = True
        made.paragraph_format.keep_with_next = kept

    def box(self, words: str, *, note: str = "", kept: bool = False) -> None:
        """A line to tick, close to its neighbours."""
        from docx.shared import Pt

        made = self._paragraph()
        made.add_run(plain(words))
        if note:
            made.add_run(plain(note)).italic = True
        made.paragraph_format.space_after = Pt(2 if kept else 8)
        made.paragraph_format.keep_with_next = kept

    def fact(self, name: str, words: str) -> None:
        """``name`` in bold before its words, on one line."""
        paragraph = self._paragraph()
        paragraph.add_run(f"{plain(name)}: ").bold = True
        paragraph.add_run(" ".join(plain(words).split()))

    def quote(self, words: str, lang: str) -> None:
        """Somebody's own words, in their own language."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        run = self._paragraph("Quote").add_run(f"“{plain(words)}”")
        marked = OxmlElement("w:lang")
        marked.set(qn("w:val"), lang.replace("_", "-"))
        run._r.get_or_add_rPr().append(marked)

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        title: str,
        about: str,
        widths: Sequence[float] = (),
        size: float = 10,
    ) -> None:
        """``title``, ``about``: what is read aloud before the table. ``widths`` in centimetres."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt

        drawn = self.book.add_table(rows=1, cols=len(heads), style="Table Grid")
        for name, words in (("w:tblCaption", title), ("w:tblDescription", about)):
            told = OxmlElement(name)
            told.set(qn("w:val"), plain(words)[:2000])
            drawn._tbl.tblPr.append(told)
        drawn.autofit = not widths
        for column, width in zip(drawn.columns, widths, strict=False):
            column.width = Cm(width)
        for row in (heads, *rows):
            line = drawn.rows[0] if row is heads else drawn.add_row()
            kept = line._tr.get_or_add_trPr()
            kept.append(OxmlElement("w:cantSplit"))
            if row is heads:
                kept.append(OxmlElement("w:tblHeader"))
            for place, (cell, words) in enumerate(zip(line.cells, row, strict=True)):
                run = cell.paragraphs[0].add_run(plain(words))
                run.font.size, run.bold = Pt(size), row is heads
                cell.paragraphs[0].paragraph_format.space_before = Pt(1)
                cell.paragraphs[0].paragraph_format.space_after = Pt(1)
                if widths:
                    cell.width = Cm(widths[place])

    def picture(self, png: bytes, *, title: str, about: str, width: float = 16) -> None:
        """A picture, ``width`` centimetres wide; ``title``, ``about``: what is read aloud instead of it."""
        from docx.shared import Cm

        self.book.add_picture(io.BytesIO(png), width=Cm(width))
        drawn = self.book.inline_shapes[-1]._inline.docPr
        drawn.set("title", plain(title))
        drawn.set("descr", plain(about)[:2000])

    def turn(self, *, wide: bool) -> None:
        """Goes on on a new page, A4: across when ``wide``, upright otherwise."""
        from docx.enum.section import WD_ORIENT, WD_SECTION

        self._lay(self.book.add_section(WD_SECTION.NEW_PAGE), WD_ORIENT.LANDSCAPE if wide else None)

    def _lay(self, section: Any, orientation: Any = None) -> None:
        """Makes a section A4 with narrow margins."""
        from docx.enum.section import WD_ORIENT
        from docx.shared import Cm

        sides = (Cm(29.7), Cm(21)) if orientation else (Cm(21), Cm(29.7))
        section.orientation = orientation or WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = sides
        section.left_margin = section.right_margin = Cm(1.5 if orientation else 2)
        section.top_margin = section.bottom_margin = Cm(1.5 if orientation else 2)

    def saved(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def plain(words: str) -> str:
    """The words without what a Word file cannot hold."""
    return words.translate(_FORBIDDEN)

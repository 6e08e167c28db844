"""A Word document to work on: real headings and tables, the language set, wide tables on their own page."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

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
        self.book.add_heading(plain(title), 0)

    def heading(self, words: str, level: int = 1) -> None:
        self.book.add_heading(plain(words), level)

    def say(self, words: str, *, style: str | None = None) -> None:
        """A paragraph for every line of the words; nothing for none."""
        for line in plain(words).splitlines():
            if line.strip():
                self._paragraph(style).add_run(line.strip())

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

    def quiet(self, words: str) -> None:
        self._paragraph().add_run(plain(words)).italic = True

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
                cell.paragraphs[0].paragraph_format.space_after = Pt(0)
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

        self.lay(self.book.add_section(WD_SECTION.NEW_PAGE), WD_ORIENT.LANDSCAPE if wide else None)

    def lay(self, section: Any, orientation: Any = None) -> None:
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

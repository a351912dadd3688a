"""A briefing as a document for Word: Office Open XML, ISO/IEC 29500, by python-docx."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from alerts.messages.briefing import BriefingDocument, date_line, day, paragraphs
from alerts.text.sanitize import line

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LINK_COLOUR = RGBColor(0x0B, 0x57, 0xD0)


def render_docx(document: BriefingDocument) -> bytes:
    """Return a briefing as a .docx file, whose headings make an outline."""
    file = Document()
    file.core_properties.title = _clean(document.title)
    file.core_properties.author = _clean(document.author)
    # python-docx dates its template 2013
    file.core_properties.created = file.core_properties.modified = document.at.replace(tzinfo=None)
    file.add_heading(_clean(document.title), level=0)
    file.add_paragraph(f"{_clean(document.author)}, {day(document.at)}")
    for text in paragraphs(document.introduction):
        file.add_paragraph(_clean(text))
    for item in document.items:
        title = file.add_heading(level=1)
        _add_text(title, _clean(item.title), item.link)
        details = file.add_paragraph(f"{_clean(date_line(item))} \N{MIDDLE DOT} ")
        _add_text(details, "evidence", item.evidence)
        for text in paragraphs(item.comment):
            file.add_paragraph(_clean(text))
        for text in item.paragraphs:
            file.add_paragraph(_clean(text))
        if item.sentence and not item.paragraphs:
            file.add_paragraph(_clean(item.sentence), style="Quote")
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def _add_text(paragraph: Paragraph, text: str, address: str | None) -> None:
    """Add a text, as a link where it has an address. python-docx has no method for links."""
    if address is None:
        paragraph.add_run(text)
        return
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(text)
    link.append(run._r)
    paragraph._p.append(link)
    run.font.color.rgb = _LINK_COLOUR
    run.font.underline = True


def _clean(text: str) -> str:
    # XML has no lone surrogates
    return line(text).encode("utf-8", "replace").decode()

"""Repairs text that was decoded with the wrong encoding. Pure.

ftfy repairs what can be reversed byte for byte. Two kinds of damage are repaired here: UTF-8 that
was read as ISO-8859-2 in a text with other letters too, and curly quotes and dashes of which only
the first byte is left, a lone a-circumflex. Both are repaired by context, and only in texts with
damage that no language explains: these letters are correct in French, Romanian, Portuguese or
Vietnamese.
"""

from __future__ import annotations

import re

import ftfy

_FTFY = ftfy.TextFixerConfig(
    unescape_html=False,
    uncurl_quotes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    fix_line_breaks=False,
    normalization=None,
    explain=False,
)
# second bytes of two-byte UTF-8 sequences, as ISO-8859-2 shows them
_LATIN2_TAIL = "".join(bytes([b]).decode("iso-8859-2") for b in range(0xA0, 0xC0))
_PAIR = re.compile(f"[ÂĂ][{re.escape(_LATIN2_TAIL)}]")
_SURE_PAIR = re.compile("Â[ŁŠ§¨Ź°´¸\xa0\xad]")
_STRANDED = re.compile(r"Â(?=[\s\xa0]|$)")

# a closing quote read as Windows-1252, which does not define its third byte: parsers drop it
_HALF_CLOSED = re.compile("â€(?=[\\s.,;:!?)\\]]|$)")

_LETTER = r"[^\W\d_]"
# a lower-case a-circumflex where no word of any language has one
_EVIDENCE = re.compile(
    rf"(?<!\w)â(?=[A-Z]{_LETTER}*)"  # before a capital
    r"|(?<=[.,;:!?%)])â(?!\w)"  # behind punctuation
    r"|(?<=\s)â(?=\s)"  # alone: a dash
    r"|(?<=\d)â(?=\d)"  # between figures
    rf"|(?<={_LETTER})â(?=s[\s.,;:!?)])"  # a possessive, if the text is English
    r"|\b(?:is|was|do|does|did|ca|wo|would|could|should|are|were|has|have|had)nât\b"
    r"|\b[A-Za-z]+â(?=[\s.,;:!?)])"  # ending a word that has no other
    r"|(?<!\w)â(?=\w[^â\n]{0,300}\wâ(?!\w))"  # one opens a word, the next closes one
)
# no word of any language begins with a capital and ends like this: it is a possessive
_POSSESSIVE = re.compile(rf"\b[A-Z]{_LETTER}{{3,}}âs(?!\w)")
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|is|that|for|with|was|on)\b", re.IGNORECASE)
_PRONOUNS = {"i", "you", "we", "they", "he", "she", "it", "that", "who", "there", "what", "let"}
_INNER = re.compile(rf"(?<={_LETTER})â(s|t|d|m|re|ve|ll)(?!\w)")
_STEM_LENGTH = 12  # letters examined before the damage; no pronoun is as long


def repair_text(text: str, *, within: str = "") -> str:
    """Return the text with wrongly decoded characters repaired.

    Args:
        text: the text that may be damaged.
        within: surrounding text, such as the body below a title: a few words seldom suffice to
            recognise the language or the kind of damage.
    """
    if text.isascii():
        return text
    text = _HALF_CLOSED.sub("”", text)
    text = "".join(_repair_line(line) for line in text.splitlines(keepends=True))
    around = f"{text}\n{within}"
    return _repair_truncated_quotes(_repair_latin2(text, around), around)


def _repair_line(line: str) -> str:
    return line if line.isascii() else ftfy.fix_text(line, _FTFY)


def _repair_latin2(text: str, around: str) -> str:
    if not _PAIR.search(text) or not (_SURE_PAIR.search(around) or _is_english(around)):
        return text

    def undo(found: re.Match[str]) -> str:
        try:
            return found[0].encode("iso-8859-2").decode("utf-8")
        except UnicodeError:
            return found[0]

    text = _PAIR.sub(undo, text)
    return _STRANDED.sub("", text)  # no-break spaces whose second byte was stripped as white space


def _is_english(text: str) -> bool:
    words = len(text.split()) or 1
    return len(_ENGLISH.findall(text)) / words > 0.08


def _repair_truncated_quotes(text: str, around: str) -> str:
    if "â" not in text:
        return text
    damaged = _EVIDENCE.search(around) and _is_english(around)
    if not damaged and not _POSSESSIVE.search(text):
        return text
    text = _STRANDED.sub("", text)
    return "".join(_repair_paragraph(line) for line in text.splitlines(keepends=True))


def _repair_paragraph(line: str) -> str:
    if "â" not in line:
        return line
    line = _INNER.sub(_repair_apostrophe, line)
    line = re.sub(r"(?<=\d)â(?=[\d£$€])", "–", line)
    line = re.sub(r"(?<=\s)â(?=\s)", "–", line)
    return _pair_quotes(line)


def _repair_apostrophe(found: re.Match[str]) -> str:
    tail = found[1]
    before = found.string[max(0, found.start() - _STEM_LENGTH) : found.start()].lower()
    stem = before[
        next((at for at in range(len(before), 0, -1) if not before[at - 1].isalpha()), 0) :
    ]
    fits = (
        tail == "s"
        or (tail == "t" and stem.endswith("n"))
        or (tail in ("d", "m", "re", "ve", "ll") and stem in _PRONOUNS)
    )
    return f"’{tail}" if fits else found[0]


def _pair_quotes(line: str) -> str:
    """Replace each truncated quotation mark by an opening or closing one, single or double."""
    letters: list[str] = []
    opened: list[str] = []
    for at, letter in enumerate(line):
        before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
        if letter in "“‘":
            opened.append(letter)
        elif letter == "”" and "“" in opened:
            del opened[len(opened) - 1 - opened[::-1].index("“") :]
        elif letter == "â":
            letter = _choose_quote(before, after, opened)
        letters.append(letter)
    return "".join(letters)


def _choose_quote(before: str, after: str, opened: list[str]) -> str:
    starts = not before or before.isspace() or before in "([–—-/“‘"
    ends = not after or after.isspace() or after in ".,;:!?)]–—-/”’"
    if starts and not ends:
        kind = "‘" if "“" in opened else "“"
        opened.append(kind)
        return kind
    if ends and not starts:
        if opened:
            return "’" if opened.pop() == "‘" else "”"
        return "’" if before.isalpha() else "”"
    return "â"  # inside a word: it may be correct

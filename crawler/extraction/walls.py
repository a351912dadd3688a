"""Distinguishes walls (consent, login, payment, checks) from articles, by the text without pleas.

A plea asks the reader to do something before the article is shown: "Subscribe to continue reading",
"Please enable JavaScript". Its wording is recognised at the start of a sentence: articles about
logins, cookies or JavaScript describe them, but do not ask for anything. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from crawler.errors import Unreadable
from crawler.extraction.foreign_pleas import FOREIGN_PLEA
from crawler.extraction.recurring.recurring_blocks import is_about
from crawler.metadata.site_names import SiteNames
from crawler.text.folding import fold_words

WALL = "a wall (consent, login or check) instead of the article"
PAYWALL = "behind a paywall"

NO_NAMES = SiteNames()
_MAX_WALL_WORDS = 400  # longer texts are searched for pleas at their ends only
_MAX_PLEA = 400  # characters of a sentence that can be a plea
_MIN_LEFT_WORDS = 25  # of sentences that are left and are not about the headline
_MIN_SENTENCE_WORDS = 6
_MIN_EVIDENCE_WORDS = 3  # of a title or teaser
_MIN_SHARED_LETTERS = 5  # of a word that a teaser and its headline have in common
_MIN_LETTERS = 120  # of a text that is accepted without being about the headline
_MIN_TEASER_WORDS = 12  # of sentences beside pleas, or on a page that is declared as not free

_SENTENCE_END = re.compile(r"""(?<=[.!?…])["'’”)]*+\s++(?=["'‘“(]?[^\W_a-z])""")
_CLOSED = re.compile(r"""[.!?。！？؟।]["'’”)\]]*+$""")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LETTERS_A_WORD = 2  # in scripts without blanks
_REPORTED = re.compile(
    r"\b(?:said|says?|told|according|warned|announced|reported|added|spokes(?:man|woman|person))\b",
    re.IGNORECASE,
)
# asking for money or a login: removed at the end of long texts as well
_PAYMENT = re.compile(
    r"""^[^\w"'“‘«„]*+(?:please\s|simply\s|just\s)?(?:
      (?:subscribe|sign\s(?:up|in)|log\s?(?:in|on)|register|join(?:\s(?:us|now|today))?|pay|upgrade
        |become\sa(?:n?\s\w+)?\s(?:member|subscriber|supporter)|create\s(?:an?|your)\s(?:\w+\s)?account
        |start\s(?:your|a)\s(?:\w+\s){0,3}trial|get\s(?:unlimited|full)\s(?:\w+\s)?access
        |(?:choose|select)\s(?:a|your)\s(?:plan|subscription))
        \b.{0,60}?(?<=\s)(?:(?:to|and)\s(?:continue|keep|carry\son|finish|read\W*$
          |(?:read|view|see|get|enjoy|access|unlock)\s(?:the\s(?:full|rest|whole|complete|article|story)
            |this|more|our|all|full|unlimited|on\W*$))
          |for\s(?:full|unlimited|free\b|an?\s(?:free\s)?(?:account|trial|subscription)))
      |(?:subscribe|sign\sin|log\s?in|register|sign\sup|join)(?:\s(?:now|today|here|for\sfree|to\syour\saccount))?\W*$
      |(?:subscribe|sign\s(?:in|up)|log\s?(?:in|on)|register)\sor\s(?:subscribe|sign\s(?:in|up)|log\s?(?:in|on)|register)\b
      |(?:to|want\sto|if\syou\s(?:want|wish|would\slike)\sto)\s(?:continue|keep|carry\son)\sreading\b
      |want\sto\sread\s(?:more|on|the\s(?:full|rest|whole)\b.{0,30})\W*$
      |(?:to|want\sto)\s(?:read|unlock|access|view|see)\s(?:the\s(?:full|rest|whole|complete|remaining)|this|more|our)\b
        .{0,80}\b(?:subscri|sign|log\s?in|regist|account|member|trial|pay|subscriber|click)
      |continue\sreading\b.{0,80}\b(?:subscri|sign|log\s?in|regist|account|member|trial|free)
      |(?:already|not|are\syou)\s(?:yet\s)?(?:a|an)\s(?:\w+\s)?(?:subscriber|member|user|reader|account)\b
      |(?:already\s|do\syou\salready\s|do\syou\s)?(?:have\san?|got\san?)\s(?:\w+\s)?(?:account|subscription|login)\b
      |(?:don.t|do\snot)\shave\san?\s(?:account|subscription|login)\b
      |already\s(?:subscribed|registered)\b
      |your\sfree\s(?:articles?|stor(?:y|ies)|trial|access|reads?)\b.{0,40}\b(?:run\sout|used\sup|ended|expired|over|up)\b
      |(?:subscribe|sign\s(?:up|in)|register|log\sin|join)\s(?:now|today|here)?\s?(?:to|and|for)\s(?:get|go\son|have|gain)\b
      |this\s(?:article|content|story|page|post|feature|is|premium)\b.{0,40}
        \b(?:available|exclusive|only|reserved|restricted|limited|locked|is)\s(?:only\s|exclusively\s)?
        (?:for|to)\s(?:(?:our|paying|paid|registered|premium|logged\sin)\s){0,2}(?:subscribers?|members?|users?)\b
      |(?:the\s)?(?:rest|remainder|full\s(?:text|version|article|story))\sof?.{0,40}\b(?:subscribers?|members?|subscription)\b
      |(?:the\s)?(?:rest|remainder)\sof\s(?:this|the)\s(?:article|story|post|page|piece)\b.{0,40}\b(?:paywall|locked|hidden|log\s?in|account)\b
      |(?:only\s|exclusive\s)?(?:for\s)?(?:subscribers?|members?)[\s-](?:only|exclusive)(?:\s\w+)?\W*$
      |exclusive\s(?:to|for)\s(?:\w+\s)?(?:subscribers|members)\W*$
      |this\sis\s(?:an?\s)?(?:premium|subscriber|member|exclusive)(?:[\s-]only)?\s(?:content|article|story)\W*$
      |premium\s(?:content|article|story)(?:\s?[:|–-]|\W*$)
      |you(?:.ve|\shave)\s(?:got\s)?(?:\d{1,2}|no|one|two|three|four|five)\s(?:\w+\s){0,2}(?:articles?|stories|views?)
        \s(?:left|remaining)\b
      |this\sis\s(?:your\s(?:last|\w+)|one\sof\syour(?:\s\w+)?)\sfree\s(?:articles?|stor(?:y|ies))\b
      |\d{1,2}\sof\s\d{1,2}\sfree\s(?:articles|stories)\b
      |(?:get|enjoy)\s(?:unlimited|full)\s(?:\w+\s)?access\s(?:from|for|now|today)\b
      |(?:subscribe|join|try|keep\sreading|continue\sreading|get)\b.{0,40}\b(?:from|for|only|just)\s[£€$]\s?\d
      |support\s(?:our|independent|quality|local)\s(?:\w+\s)?journalism\b
      |(?:unlock|buy|purchase)\s(?:this\s(?:article|story|content)|an?\s(?:\w+\s)?subscription)\b
      |read\sthe\s(?:full|whole|complete|rest\sof\sthe)\s(?:article|story|text)\b.{0,40}\b(?:subscri|sign|log\s?in|(?:the|our)\sapp\b)
      |(?:free\s)?(?:registration|log-?in|sign-?in|subscription|membership)\s(?:is\s)?(?:required|needed)\W*$
      |an?\s(?:\w+\s)?(?:subscription|account|login|membership)\sis\s(?:required|needed)\sto\s(?:read|view|access|continue|see)\b
      |try\s(?:it|us|\w+\s(?:days?|weeks?|months?))\s(?:for\s)?free\b
      |start\s(?:your|a)\s(?:\w+\s){0,2}trial\W*$|(?:choose|select)\s(?:a|your)\s(?:plan|subscription)\W*$
      |(?:existing|current)\s(?:subscriber|member|customer)s?\s?\?|need\san\s(?:account|login)\s?\?
      |enter\syour\se-?mail(?:\saddress)?\sto\s(?:continue|read|unlock|keep|access)\b
      |you(?:.ve|\shave)\s(?:reached|read|used|hit|exceeded|viewed)\b.{0,60}\b(?:articles?|limit|stories|views?)\b
      |you\s(?:need|have|must)\s(?:to\s)?(?:be\s)?(?:subscribe|sign|log|logged|regist|a\ssubscriber|a\smember|an\saccount)\b
      |you\sare\snot\s(?:currently\s)?(?:logged|signed)\s(?:in|on)\b
      |(?:forgot|forgotten)\s(?:your\s)?(?:password|username)\b
      |(?:cancel|cancellation)\s(?:any\s?time|at\sany\stime)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# consent and checks: these are what a short page consists of
_CONSENT = re.compile(
    r"""^[^\w"'“‘«„]*+(?:please\s|to\scontinue,?\s(?:please\s)?)?(?:
      (?:to\s(?:view|see|watch|play)\sthis\s\w+,?\s(?:please\s)?)?
      (?:enable|turn\son|activate|switch\son|allow)\s(?:your\s)?(?:\w+.s\s)?(?:javascript|js|cookies|scripts?)\b
      |(?:javascript|cookies)\s(?:(?:is|are|must\sbe|needs?\sto\sbe|has\sbeen|have\sbeen|seems?\sto\sbe|appears?\sto\sbe)\s)?
        (?:currently\s)?(?:disabled|required|turned\soff|blocked|not\s(?:enabled|supported|available)|enabled)\b.{0,80}$
      |you\s(?:need|have|must)\s(?:to\s)?(?:enable|turn\son|allow|accept|agree|have)\b.{0,40}\b(?:javascript|cookies?|browser|terms)
      |your\s(?:web\s)?browser\s(?:does|is|has|must|appears|seems|doesn|isn|may|needs)\b
      |(?:this|our|the)\s(?:web)?\s?(?:site|page|app|application|service|content)\s
        (?:requires|needs|works\sbest|will\snot\swork|does\snot\swork|uses?|stores?|and\sour|asks)\b
        .{0,160}\b(?:javascript|cookies?|consent|tracking|personal\sdata)\b
      |(?:accept|agree|reject|decline|deny|manage|allow|consent|customi[sz]e|confirm|save|show|view|change|review)
        \b(?!.{0,80}\b(?:said|says?|told|that)\b).{0,50}
        \b(?:cookies?|preferences|tracking|consent|choices|settings|purposes|vendors|partners|all)\W*$
      |accept\s(?:\w+\s){0,2}cookies\sto\s(?:view|see|watch|play|load|show|continue)\b
      |this\s(?:content|video|post|embed)\s(?:is|was|has\sbeen)\s(?:blocked|hidden|disabled)\b.{0,60}\bcookies?\b
      |(?:i\s)?(?:accept|agree|reject)(?:\sall)?(?:\sand\s(?:close|continue|proceed))?\W*$
      |(?:we|we\sand\sour\b.{0,60}?|our\s(?:\w+\s)?partners)\s
        (?:use|uses|store|stores|value|respect|care\sabout|process|need|ask|would\slike|collect|and)\b
        .{0,240}\b(?:cookies?|your\sprivacy|tracking|trackers|your\sdevice|on\sa\sdevice|personal\sdata|your\sdata|your\sconsent|your\spermission)\b
      |(?:with\syour\s(?:consent|permission|agreement)|by\s(?:clicking|continuing|using|accepting|closing|choosing|selecting))\b
        .{0,240}\b(?:cookies?|we|our|partners?|consent|agree|terms|policy|you)\b
      |before\syou\scontinue\b
      |your\s(?:privacy|consent|choices|data|personal\s(?:data|information))\b.{0,240}
        (?:\b(?:cookies?|consent|partners?|vendors?|choices?|matters?|settings|preferences|important|policy|device)\b|(?<=privacy)\W*$)
      |you\s(?:can|may)\s(?:\w+\s)?(?:change|withdraw|manage|set|object|choose|refuse|reject|accept|opt|find\sout|read\smore)\b
        .{0,200}\b(?:preferences?|consent|cookies?|settings|choices?|partners?|privacy|policy|below|link|at\sany\stime)\b
      |(?:some|our|these|such)\s(?:of\sour\s)?(?:cookies|vendors|partners|trackers|third\sparties)\b.{0,240}$
      |(?:checking|verifying|securing)\s(?:if|that|whether|your|you|the\s(?:site\s)?connection)\b
      |(?:verify|confirm|prove|check|show)\s(?:that\s)?(?:you\s?(?:are|.re)|you)\s(?:are\s)?(?:a\s|not\s|an\s)?(?:human|robot|bot|person|real)
      |are\syou\s(?:a\s)?(?:robot|human|bot)\b|i\s?.?a?m\snot\sa\srobot\b
      |(?:complete|solve|pass)\s(?:the|this)\s(?:captcha|security\scheck|challenge)\b
      |completing\sthe\scaptcha\b|why\sdo\si\shave\sto\scomplete\b|what\scan\si\sdo\sto\s(?:prevent|resolve)\sthis\b
      |if\syou\sare\s(?:on\sa\spersonal|at\san\soffice)\b
      |just\sa\smoment\W*$|one\s(?:more\sstep|moment)\b.{0,30}$|please\s(?:wait|stand\sby)\b|(?:wait|stand\sby|hold\son)\W*$
      |access\s(?:to\sthis\s(?:page|site|website|resource)\s(?:has\sbeen|is)\s)?denied\b.{0,40}$
      |(?:sorry,?\s|unfortunately,?\s)?(?:this|our|the)\s(?:content|page|article|video|(?:web)?\s?site|service)\sis\s
        (?:currently\s|temporarily\s)?(?:not\savailable|unavailable|blocked)\s(?:in|to|for|from)\s
        (?:your|most|some|users|visitors|readers|the\s(?:eu|eea)\b|europe)
      |you\s(?:have\sbeen|are)\s(?:blocked|being\sredirected)\b|(?:sorry,?\s)?you\s(?:do\snot|don.t)\shave\s(?:permission|access)\b
      |(?:ddos\sprotection|performance\s(?:&|and)\ssecurity)\sby\b|(?:cloudflare\s)?ray\sid\b
      |this\s(?:process\sis\sautomatic|may\stake\sa\sfew\sseconds)\b
      |(?:disable|turn\soff|switch\soff|pause|white-?list|deactivate)\b.{0,40}\bad[\s-]?block
      |(?:it\s(?:looks|seems|appears)\s(?:like|that)\s|we\s(?:have\s)?(?:noticed|detected|see)\s(?:that\s)?)you\b.{0,60}
        \b(?:ad[\s-]?block|browser|javascript|cookies|bot|robot|unusual|automated)
      |(?:e-?mail(?:\saddress)?|user\s?name|password|remember\sme|stay\s(?:signed|logged)\sin|show\spassword|skip\sto\s\w+)\W*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# what notices and the names of outlets are about too, so that they say nothing about an article
_WALL_WORD = re.compile(
    r"(?:access|account|accept|article|available|before|browser|captcha|check|connection|consent|content"
    r"|continue|cookie|denied|device|error|free|human|javascript|journal|login|member|moment|news|page"
    r"|password|paywall|personal|please|premium|press|privacy|reader|register|request|required|robot"
    r"|secur|server|service|sign|site|story|stories|subscri|support|times|traffic|trial|unlimited|verify"
    r"|visit|website|welcome|about|after|their|there|these|those|which|while|would|could|other|where"
    r"|herald|gazette|daily|online|media|today|every|first|years?$)"
)
_NOTICE_TITLE = re.compile(
    r"^\W*+(?:just\sa\smoment|attention\srequired|access\sdenied|log\s?in|sign\s(?:in|up)|subscribe|register"
    r"|before\syou\scontinue|security\scheck|are\syou\sa\srobot|one\smore\sstep|please\swait|cookies?|(?:page|article|file|content)\s(?:can\s?not|could\snot|not)\s(?:be\s)?found"
    r"|(?:error\s)?40[0-9]|not\sfound|(?:page|server)\serror)\b",
    re.IGNORECASE,
)

_NOTICE = re.compile(
    r"^\W*+(?:loading|please\swait|redirecting|©|copyright|all\srights|(?:error\s)?40[0-9]|50[0-9]"
    r"|(?:page|file|article|content)?\s?not\s(?:found|available)|an?\serror|error|oops|sorry|home|menu)",
    re.IGNORECASE,
)


def remove_pleas(
    text: str,
    own_words: Collection[str],
    *,
    free: bool | None,
    listed: bool = True,
    sites: SiteNames = NO_NAMES,
) -> str:
    """Return a text without the pleas of a wall.

    Args:
        text: as extracted, a line for each paragraph.
        own_words: title and teasers of the article; a short text must be about one of them.
        free: whether the page is declared as free to read (isAccessibleForFree).
        listed: whether `own_words` are those of a listing; if not, a short text need not be about
            them.
        sites: the names of the site; a line with one is no text.

    Raises:
        Unreadable: the text consists of pleas, or too little remains without them.
    """
    own = [one for one in own_words if _is_evidence(one)]
    titles = {fold_words(one) for one in own_words}
    lines = text.split("\n")
    if len(text.split()) < _MAX_WALL_WORDS:
        kept = [line if fold_words(line) in titles else _strip_pleas(line, own) for line in lines]
    else:
        kept = _trim_ends(lines)
    left = "\n".join(now for now, line in zip(kept, lines, strict=True) if now or not line.strip())
    body = [
        line
        for line in left.split("\n")
        if line.strip() and fold_words(line) not in titles and not sites.is_name(line)
    ]
    letters = sum(map(len, body))
    if left == text and free is not False and letters >= _MIN_LETTERS:
        return left  # as most articles are
    sentences = " ".join(line for line in body if _is_sentence(line))
    about = is_about(sentences, own)
    words = _count_words(sentences)
    is_teaser = words >= _MIN_TEASER_WORDS and (free is False or _shares_word(sentences, own_words))
    about = about or (left != text and is_teaser)
    if left != text and words < _MIN_LEFT_WORDS and not (about and sentences):
        raise Unreadable(WALL)
    if free is False and words < _MIN_TEASER_WORDS:
        raise Unreadable(PAYWALL)
    is_notice = all(_NOTICE.match(line) for line in body)
    is_enough = bool(sentences) and (about or not (own or is_notice))
    is_enough = is_enough or (not listed and _is_post(body, left == text))
    if letters < _MIN_LETTERS and not is_enough:
        raise Unreadable(f"only {sum(len(line.split()) for line in body)} words of text were found")
    return left


def is_plea(sentence: str) -> bool:
    """Return whether a sentence asks the reader to log in, pay, consent or pass a check."""
    start = sentence[:_MAX_PLEA]
    if _REPORTED.search(start):
        return False
    return any(one.match(start) for one in (_PAYMENT, _CONSENT, FOREIGN_PLEA))


def _is_evidence(phrase: str) -> bool:
    """Return whether a title or teaser shows what a text is about: no site's name, no notice."""
    if phrase.count(" ") + 1 < _MIN_EVIDENCE_WORDS:
        return False
    return not (is_plea(phrase) or _NOTICE_TITLE.match(phrase))


def _shares_word(sentences: str, phrases: Collection[str]) -> bool:
    """Return whether sentences have a word of a title or teaser that walls do not have."""
    words = {one for phrase in phrases if not is_plea(phrase) for one in fold_words(phrase).split()}
    shared = words & set(fold_words(sentences).split())
    return any(len(one) >= _MIN_SHARED_LETTERS and not _WALL_WORD.match(one) for one in shared)


def _strip_pleas(line: str, own: Collection[str]) -> str:
    """Return a line without pleas at its start and end; those between other sentences stay."""
    sentences = _SENTENCE_END.split(line)
    first, end = 0, len(sentences)
    while first < end and is_plea(sentences[first]) and not is_about(sentences[first], own):
        first += 1
    while first < end and is_plea(sentences[end - 1]) and not is_about(sentences[end - 1], own):
        end -= 1
    if (first, end) == (0, len(sentences)):
        return line
    return " ".join(sentences[first:end])


def _trim_ends(lines: list[str]) -> list[str]:
    """Blank the first and last lines of a long text while they ask for payment or a login."""
    kept = list(lines)
    for order in (range(len(kept)), range(len(kept) - 1, -1, -1)):
        for at in order:
            start = kept[at][:_MAX_PLEA]
            if start.strip() and not (_PAYMENT.match(start) or FOREIGN_PLEA.match(start)):
                break
            kept[at] = ""
    return kept


def _is_post(body: list[str], whole: bool) -> bool:
    """Return whether a short text may be a complete post."""
    return whole and any(re.search(r"\w", line) and not _NOTICE.match(line) for line in body)


def _count_words(text: str) -> int:
    return len(text.split()) + len(_UNSPACED.findall(text)) // _LETTERS_A_WORD


def _is_sentence(line: str) -> bool:
    """Return whether a line ends like a sentence, and is long enough for one."""
    return bool(_CLOSED.search(line.rstrip())) and _count_words(line) >= _MIN_SENTENCE_WORDS

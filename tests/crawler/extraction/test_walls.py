"""A wall is told from an article by what is left without its pleas."""

from __future__ import annotations

import pytest

from crawler.errors import Unreadable
from crawler.extraction.page import extract
from crawler.extraction.walls import is_plea, remove_pleas
from storage.model import FetchedEntry
from tests.support.builders import an_entry
from tests.support.pages import a_fetched_page

TITLE = "Halcyon wins letters contract in Brackenford"
TEASER = (
    "Halcyon will send the letters of three hospitals in Brackenford from next spring, the trust "
    "said on Monday."
)
SECOND = (
    "The contract is worth twelve million pounds over six years, and the board will look at it "
    "again in the autumn of its third year, its papers show."
)

BRIEFS = {
    "login": (
        "Portal of Corvant trust down for a day",
        "Patients in Corvant could not log in to read their results for most of Friday. Halcyon, "
        "which runs the portal, blamed a change to how people sign in. Nobody had to register "
        "again, and the trust asked people to telephone if they were worried.",
    ),
    "cookies": (
        "Regulator looks at cookie banners of hospital sites",
        "Eleven hospital sites made it harder to reject than to accept all cookies, the regulator "
        "has found. It asked Brackenford trust to change a banner that said “We value your "
        "privacy” and offered no way to manage preferences before people continue.",
    ),
    "script": (
        "New booking site fails in old browsers",
        "The booking site of Corvant trust makes patients enable JavaScript and fails without it.",
    ),
    "script is the first word": (
        "JavaScript fault stops bookings in Corvant",
        "JavaScript is disabled on the computers of two wards, so bookings in Corvant stopped.",
    ),
    "human": (
        "Halcyon adds a check to its portal",
        "Patients have to verify that they are human since Halcyon added a check to its portal on "
        "Tuesday, after bots had taken a third of the appointments at three surgeries.",
    ),
    "subscription": (
        "Trust ends subscription to Halcyon",
        "Brackenford trust will not subscribe to Halcyon again. Staff who want to read letters "
        "will have to sign in to the old archive, and a register of who does so will be kept.",
    ),
    "advice at the end": (
        "Corvant patients get letters in an app",
        "Letters of Corvant trust come by app from today, and on paper to all who ask for it. "
        "You can log in to the app to see your letters.",
    ),
    "privacy": (
        "Your privacy matters, say nurses in Corvant",
        "Your privacy matters more than a quick handover, nurses in Corvant say in a letter to the "
        "board. They want screens turned away from corridors on all wards.",
    ),
    "registration": (
        "Register of implants opens",
        "Surgeons must register each implant from May, and read what others have entered before "
        "they operate. The register is run by Halcyon for eleven trusts.",
    ),
    "where it can be had": (
        "Portal is not available in your region, islanders are told",
        "The portal of Halcyon is not available in most of the islands, patients said on Monday. "
        "“This content is not available in your region” was all that they could read.",
    ),
    "quoted": (
        "Lender shut out its customers",
        "“Please log in to continue,” the screens of all branches read for an hour on Monday. The "
        "lender blamed a certificate that nobody had renewed.",
    ),
    "denied": (
        "Access denied to ward records",
        "Access to ward records was denied to forty nurses on Sunday after Halcyon had removed the "
        "wrong group of users, Brackenford trust has confirmed.",
    ),
}

WALLS = {
    "login": "Please log in to continue.\nEmail address\nPassword\nForgot your password?",
    "account": "You need to log in to view this page.\nDon't have an account?\nSign up",
    "subscribe": "Subscribe to continue reading\nAlready a subscriber? Sign in\nCancel anytime",
    "limit": "You have reached your limit of free articles. Register for free to continue reading.",
    "consent": (
        "We value your privacy\nWe and our 842 partners store and access information on a device, "
        "such as cookies, and process personal data. With your permission we may use precise "
        "location data. You can change your choices at any time.\nAccept all\nManage preferences"
    ),
    "long consent": (
        "Before you continue to Ward Ledger\n"
        "We use cookies and data to deliver and maintain our services, and to measure audiences.\n"
        + "We use cookies to show what is of interest to you, as our partners do on other sites.\n"
        * 12
        + "If you choose to reject all, we will not use them.\nReject all\nAccept all\nMore options"
    ),
    "script": "Please enable JavaScript and cookies to continue",
    "script, disabled": "JavaScript is disabled in your browser. Please enable it to proceed.",
    "browser": "Your browser is out of date. This site requires JavaScript and cookies to work.",
    "check": "Checking your browser before you reach the site.\nThis process is automatic.",
    "human": "Verify you are human by completing the action below.\nPerformance & security by Wall",
    "captcha": (
        "One more step\nPlease complete the security check to access the site.\nWhy do I have to "
        "complete a CAPTCHA?\nCompleting the CAPTCHA proves you are a human."
    ),
    "advert blocker": "We noticed you are using an ad blocker. Please turn off the ad blocker.",
    "members": "This article is only available to members.\nBecome a member to read on.",
    "wait": "Just a moment...\nPlease wait",
    "denied": "Access denied\nYou do not have permission to open this page.",
}

PLEAS = (
    "Subscribe to continue reading",
    "Log in to continue reading this article.",
    "To continue reading, register for free.",
    "Already a subscriber? Sign in",
    "This article is for subscribers only.",
    "Want to read more? Sign up for a free account.",
    "Become a member to unlock this story",
    "You've read your last free article.",
    "Start your free trial to keep reading",
    "Sign in or register",
    "Sign in to your account.",
    "You have 2 free articles left this month.",
    "This is one of your three free articles.",
    "1 of 5 free articles",
    "Get unlimited access from £1 a week",
    "Subscribe from just €3 a month",
    "Unlock this article with a subscription.",
    "This is subscriber-only content.",
    "Exclusive to members",
    "A subscription is required to read this article",
    "Registration required",
    "Try one month for free",
    "Enter your email address to continue reading",
    "Weiterlesen mit Ledger Plus",
    "Dieser Artikel ist nur für Abonnenten",
    "La suite est réservée aux abonnés",
    "Abonnez-vous pour lire la suite",
    "Suscríbete para seguir leyendo",
    "Contenuto riservato agli abbonati",
    "Dit artikel is alleen voor abonnees",
    "Zaloguj się, aby przeczytać cały artykuł",
    "Kup dostęp do wszystkich artykułów",
    "Logga in för att läsa hela artikeln",
    "Log ind for at læse hele artiklen",
    "Denne artikkelen er kun for abonnenter",
    "Este conteúdo é exclusivo para assinantes",
    "Kirjaudu sisään ja lue koko juttu",
    "Tento článek je pouze pro předplatitele",
)


def read(html: str, listed: FetchedEntry | None = None) -> str:
    return extract(a_fetched_page(html, "https://ledger.example/a"), entry=listed).text


def a_page(title: str, body: str, *, head: str = "") -> str:
    return (
        f'<html lang="en"><head><title>{title} | Ward Ledger</title>{head}</head>'
        f"<body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    )


def told(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.split("\n"))


@pytest.mark.parametrize("name", BRIEFS)
def test_a_brief_about_walls_is_an_article(name: str) -> None:
    title, text = BRIEFS[name]
    assert read(a_page(title, told(text))) == text
    assert read(a_page("Ward Ledger", told(text)), an_entry(title=title)) == text


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_in_the_place_of_an_article_is_refused(name: str) -> None:
    for title in (TITLE, "Log in to Ward Ledger", "Just a moment..."):
        with pytest.raises(Unreadable):
            remove_pleas(WALLS[name], (title,), free=None)
    with pytest.raises(Unreadable):
        read(a_page("Ward Ledger", told(WALLS[name])), an_entry(title=TITLE))


@pytest.mark.parametrize("plea", PLEAS)
@pytest.mark.parametrize(
    "teaser", [(TEASER,), (TEASER, SECOND), (TEASER, SECOND) * 12], ids=["one", "two", "many"]
)
def test_a_teaser_is_kept_without_the_plea_after_it(plea: str, teaser: tuple[str, ...]) -> None:
    text = "\n".join(f"{line} {n}." if n > 1 else line for n, line in enumerate(teaser))
    assert remove_pleas(f"{text}\n{plea}", (TITLE,), free=None) == text


@pytest.mark.parametrize(
    "teaser",
    [
        "Three hospitals have chosen Halcyon for all that they send to patients, papers show.",
        "Staff in Brackenford were told of it on Monday, and nobody is to lose a post over it.",
    ],
)
@pytest.mark.parametrize("plea", PLEAS)
def test_a_teaser_with_one_telling_word_of_the_headline_is_kept(plea: str, teaser: str) -> None:
    assert remove_pleas(f"{teaser}\n{plea}", (TITLE,), free=None) == teaser


@pytest.mark.parametrize(
    "promotion",
    [
        "Good reporting takes time and money, and it is our readers who make all of it possible.",
        "Our reporters in the north have won more prizes than those of any other paper this year.",
    ],
)
def test_what_promotes_an_outlet_beside_a_plea_is_no_teaser(promotion: str) -> None:
    with pytest.raises(Unreadable):
        remove_pleas(f"{promotion}\nSubscribe to continue reading.", (TITLE,), free=None)


@pytest.mark.parametrize(
    "plea",
    [
        "The rest of this article is behind a paywall.",
        "Your free articles have run out.",
        "This content is not available in your region.",
        "Unfortunately, our website is currently unavailable in most European countries.",
        "Abonnieren Sie jetzt, um weiterzulesen.",
    ],
)
def test_a_plea_alone_is_a_wall(plea: str) -> None:
    with pytest.raises(Unreadable):
        remove_pleas(plea, (TITLE,), free=None)
    with pytest.raises(Unreadable):
        read(a_page(TITLE, told(plea)))
    assert remove_pleas(f"{TEASER}\n{plea}", (TITLE,), free=None) == TEASER


def test_a_headline_that_begins_like_a_notice_is_that_of_an_article() -> None:
    left = "It was a copy of the page of Halcyon, and sixty people gave their passwords to thieves."
    text = f"Sign in to continue, it read.\n{left}"
    assert remove_pleas(text, ("Login page faked by thieves",), free=None) == left


def test_a_plea_within_the_last_paragraph_goes_alone() -> None:
    text = f"{TEASER}\n{SECOND} Subscribe to continue reading."
    assert remove_pleas(text, (TITLE,), free=None) == f"{TEASER}\n{SECOND}"


def test_a_paywall_leaves_the_teaser_of_a_page() -> None:
    body = told(TEASER) + '<div class="wall"><p>Subscribe to continue reading</p></div>'
    data = '{"@type": "NewsArticle", "isAccessibleForFree": false}'
    head = f'<script type="application/ld+json">{data}</script>'
    assert read(a_page(TITLE, body, head=head)) == TEASER


def test_what_begins_a_sentence_on_a_page_that_is_not_free_is_no_teaser() -> None:
    with pytest.raises(Unreadable, match="paywall"):
        remove_pleas("Halcyon will send the letters of three…", (TITLE,), free=False)


def test_sentences_amid_a_text_stay_whatever_they_ask() -> None:
    text = f"{TEASER} Subscribe to continue reading. {SECOND}"
    assert remove_pleas(text, (TITLE,), free=None) == text


def test_an_instruction_in_a_long_article_stays() -> None:
    advice = "Please enable JavaScript before the new form is opened."
    text = "\n".join((*(f"{SECOND} {n}." for n in range(20)), advice, TEASER))
    assert remove_pleas(text, (TITLE,), free=None) == text


@pytest.mark.parametrize(
    "text", ["Halcyon has won.", "© Ward Ledger", "Loading", "Home\nNews\nContact us today."]
)
def test_few_words_that_are_not_about_the_headline_are_no_article(text: str) -> None:
    with pytest.raises(Unreadable, match="words of text"):
        remove_pleas(text, ("Minister opens a bridge at Corvant",), free=None)


def test_a_page_that_says_that_it_is_not_there_is_no_article_of_its_own() -> None:
    for title, line in (
        ("Page not found", "Sorry, the page you were looking for could not be found."),
        ("404 - Ward Ledger", "Error: the page cannot be found on this server any more."),
    ):
        with pytest.raises(Unreadable, match="words of text"):
            remove_pleas(line, (title,), free=None, listed=False)


def test_one_sentence_about_the_headline_is_an_article() -> None:
    text = "Halcyon has won the letters contract in Brackenford."
    assert remove_pleas(text, (TITLE,), free=None) == text


@pytest.mark.parametrize(
    "sentence",
    [
        "Register to vote by Tuesday.",
        "Sign up for the course on Monday.",
        "Join the board in the town hall.",
        "This page is dedicated to members of the board.",
        "Log in failures rose by a third.",
        "Subscribers to the journal read of it first.",
        "JavaScript is required, the trust said.",
        "Your data will be moved to Corvant in May.",
        "We use one system on all wards.",
        "Accept that some wards will close, nurses are told.",
        "Cookies were handed out in the ward.",
        "Members only voted on the pilot after a delay.",
        "You have two weeks to reply, patients read in the letters.",
        "A subscription is required for each ward from May.",
        "Premium content of the portal will be free for patients.",
        "Free registration of patients began on Monday.",
        "Try one ward first, the board decided.",
        "Support our nurses, the union asks.",
        "Weiterlesen wollten nur wenige Schwestern.",
        "Cet article de loi ne vaut pas pour les cliniques.",
    ],
)
def test_sentences_that_only_begin_like_pleas_are_none(sentence: str) -> None:
    assert not is_plea(sentence)


def test_a_long_sentence_is_judged_by_its_beginning() -> None:
    beginning = "We use what you tell us " + "and what you do " * 20
    assert is_plea(f"{beginning}for cookies.") is False
    assert is_plea("We use what you tell us for cookies. " + "and so on " * 100_000)


def test_what_somebody_said_far_behind_the_beginning_makes_no_report_of_a_plea() -> None:
    assert not is_plea("Subscribe to continue reading, the spokesman said.")
    assert is_plea("Subscribe to continue reading " + "and so on " * 40 + "the spokesman said.")

"""Which addresses of the desk are looked at: some for every page that is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.web.demo_desk import DemoDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a page, as the documents show it."""

    name: str
    address: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 1280


# the path of a page's route -> addresses of it; `{found}` and the like are made by the desk
ADDRESSES: dict[str, tuple[str, ...]] = {
    "/": ("/", "/?days=30", "/?show=unread", "/?show=starred", "/?show=mine", "/?tag=outage"),
    "/search": ("/search", "/search?q=corvantis", "/search?q=zzz"),
    "/item/{number}": ("/item/{edited}", "/item/1"),
    "/item/{number}/say": ("/item/{edited}/say",),
    "/story/{number}": ("/story/{copied}",),
    "/briefings": ("/briefings",),
    "/briefings/{number}": ("/briefings/1",),
    "/briefings/{number}/printed": ("/briefings/1/printed",),
    "/briefings/{number}/send": ("/briefings/1/send",),
    "/briefings/{number}/mail": ("/briefings/1/mail",),
    "/suppliers": ("/suppliers",),
    "/suppliers/{key}": ("/suppliers/corvantis",),
    "/watches": ("/watches",),
    "/watches/{key}": ("/watches/corvantis",),
    "/watches/{key}/edit": ("/watches/corvantis/edit",),
    "/new-watch": ("/new-watch", "/new-watch?q=corvantis"),
    "/sources": ("/sources",),
    "/sources/{key}": ("/sources/medtech-dispatch", "/sources/ward-and-wire"),
    "/sources/{key}/edit": ("/sources/medtech-dispatch/edit",),
    "/sources/{key}/remove": ("/sources/medtech-dispatch/remove",),
    "/new-source": ("/new-source",),
    "/new-source/choose": ("/new-source/choose?job={found}&option=0",),
    "/jobs/{job}": ("/jobs/{found}",),
    "/opml": ("/opml",),
    "/subscriptions": ("/subscriptions",),
    "/subscriptions/{key}": ("/subscriptions/morning",),
    "/subscriptions/{key}/preview": ("/subscriptions/morning/preview",),
    "/shown/{job}/{number}": ("/shown/{preview}/0",),
    "/subscriptions/{key}/edit": ("/subscriptions/morning/edit",),
    "/subscriptions/{key}/remove": ("/subscriptions/morning/remove",),
    "/new-subscription": ("/new-subscription",),
    "/messages": ("/messages",),
    "/messages/{number}": ("/messages/1",),
    "/messages/{number}/shown": ("/messages/1/shown",),
    "/channels": ("/channels",),
    "/set-aside": ("/set-aside",),
    "/operator": ("/operator",),
    "/changes": ("/changes",),
    "/users": ("/users",),
    "/account": ("/account",),
    "/tokens": ("/tokens",),
    "/sign-in": ("/sign-in",),
    "/sign-in/forgotten": ("/sign-in/forgotten",),
    "/link/{token}": ("{link}",),
}
# routes that answer no page to look at, with what they do instead
NO_PAGES = {
    "/search/export": "a file",
    "/search/state": "a part of the page Search",
    "/suppliers/{key}/export": "a file",
    "/briefings/{number}/markdown": "a file",
    "/briefings/{number}/docx": "a file",
    "/opml/export": "a file",
    "/sign-in/provider": "leads to a provider",
    "/sign-in/provider/back": "leads on from a provider",
}
# documents of a frame: messages as mail programs show them
FRAMED = ("/briefings/{number}/mail", "/shown/{job}/{number}", "/messages/{number}/shown")
# what is answered where there is nothing, or not for everybody: address -> status
REFUSALS = {
    "/search?q=corvantis+AND": 400,
    "/item/999999999": 404,
    "/watches/none": 404,
    "/link/none": 404,
}
ALL = tuple(address for path, some in ADDRESSES.items() if path not in FRAMED for address in some)


PICTURES = (
    Picture(name="today", address="/?days=7"),
    Picture(name="today-dark", address="/?days=7", scheme="dark"),
    Picture(name="today-phone", address="/?days=7", width=390),
    Picture(name="search", address="/search?q=corvantis"),
    Picture(name="search-phone", address="/search?q=corvantis", width=390),
    Picture(name="article", address="/item/{edited}"),
    Picture(name="story", address="/story/{copied}"),
    Picture(name="suppliers", address="/suppliers"),
    Picture(name="supplier", address="/suppliers/corvantis"),
    Picture(name="briefing", address="/briefings/1"),
    Picture(name="briefing-printed", address="/briefings/1/printed"),
    Picture(name="watches", address="/watches"),
    Picture(name="watch", address="/watches/corvantis"),
    Picture(name="watch-editor", address="/watches/corvantis/edit"),
    Picture(name="sources", address="/sources"),
    Picture(name="source", address="/sources/medtech-dispatch"),
    Picture(name="source-found", address="/jobs/{found}"),
    Picture(name="opml", address="/opml"),
    Picture(name="subscriptions", address="/subscriptions"),
    Picture(name="subscription", address="/subscriptions/morning"),
    Picture(name="subscription-preview", address="/subscriptions/morning/preview"),
    Picture(name="messages", address="/messages"),
    Picture(name="message", address="/messages/1"),
    Picture(name="channels", address="/channels"),
    Picture(name="set-aside", address="/set-aside"),
    Picture(name="service", address="/operator"),
    Picture(name="users", address="/users"),
    Picture(name="changes", address="/changes"),
    Picture(name="account", address="/account"),
    Picture(name="tokens", address="/tokens"),
    Picture(name="sign-in", address="/sign-in"),
)


def fill_in(address: str, desk: DemoDesk) -> str:
    """Return an address with what only the running desk knows."""
    if "{" not in address:
        return address
    if address == "{link}":
        return desk.make_link()
    with desk.service.store.reading() as unit:
        items = unit.items.newest(limit=500)
    stories = [item.story_id for item in items]
    edited = next(item.item_id for item in items if item.revision > 1 and item.kind == "news")
    copied = next(story for story in stories if stories.count(story) > 2)
    return address.format(**desk.jobs, edited=edited, copied=copied)

"""The values that are passed between crawler, storage and alerts.

Frozen dataclasses, standard library only. Datetimes are aware and in UTC; sequences are tuples.
Text offsets are positions in the Python string of the field that they name.
"""

from storage.model.articles import (
    EVENTFUL,
    Article,
    AsideBlock,
    Completion,
    Decision,
    Duplicate,
    FetchedEntry,
    FetchedPage,
    ItemKind,
    KnownItem,
    New,
    PageText,
    ProcurementNotice,
    Revision,
    Stored,
    TextState,
)
from storage.model.briefings import Briefing, BriefingEntry
from storage.model.changes import Actor, AuditEntry, Change
from storage.model.hubs import Hub, HubState, HubSubscription
from storage.model.items import Carrier, ItemRevision, PageDue, StoredItem
from storage.model.marks import DeskMute, Mark, MarkKind, MuteKind, StoryReadState
from storage.model.mentions import (
    FieldName,
    Match,
    Mention,
    PendingTelling,
    Span,
    Subscriber,
    WatchVersion,
)
from storage.model.messages import (
    FAILED,
    SETTLED,
    WAITING,
    MessageKind,
    MessageState,
    Notification,
    OutboxMessage,
    Receipt,
)
from storage.model.sources import CrawlReport, Outcome, PastPoll, SourceState, Validators
from storage.model.users import ApiToken, DeskSession, Role, Scope, User

__all__ = [
    "EVENTFUL",
    "FAILED",
    "SETTLED",
    "WAITING",
    "Actor",
    "ApiToken",
    "Article",
    "AsideBlock",
    "AuditEntry",
    "Briefing",
    "BriefingEntry",
    "Carrier",
    "Change",
    "Completion",
    "CrawlReport",
    "Decision",
    "DeskMute",
    "DeskSession",
    "Duplicate",
    "FetchedEntry",
    "FetchedPage",
    "FieldName",
    "Hub",
    "HubState",
    "HubSubscription",
    "ItemKind",
    "ItemRevision",
    "KnownItem",
    "Mark",
    "MarkKind",
    "Match",
    "Mention",
    "MessageKind",
    "MessageState",
    "MuteKind",
    "New",
    "Notification",
    "OutboxMessage",
    "Outcome",
    "PageDue",
    "PageText",
    "PastPoll",
    "PendingTelling",
    "ProcurementNotice",
    "Receipt",
    "Revision",
    "Role",
    "Scope",
    "SourceState",
    "Span",
    "Stored",
    "StoredItem",
    "StoryReadState",
    "Subscriber",
    "TextState",
    "User",
    "Validators",
    "WatchVersion",
]

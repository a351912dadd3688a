"""Words of fixed sets that other packages define in English, and that pages show translated.

A template translates such a word by the filter `word`. It stands here so that it gets into the
files of texts: the words themselves are keys of tables, of the API and of files.
"""

from __future__ import annotations

from supplierwatch.formatting.translation import mark_text

WORDS = (
    # roles
    mark_text("reader"),
    mark_text("editor"),
    mark_text("operator"),
    # things of the audit trail, and tables of the configuration
    mark_text("user"),
    mark_text("session"),
    mark_text("token"),
    mark_text("watch"),
    mark_text("source"),
    mark_text("subscription"),
    mark_text("message"),
    mark_text("channel"),
    # states of messages, of what is to be sent, and of crawls
    mark_text("queued"),
    mark_text("leased"),
    mark_text("retry"),
    mark_text("uncertain"),
    mark_text("sent"),
    mark_text("dead"),
    mark_text("held"),
    mark_text("stopped"),
    mark_text("pending"),
    mark_text("muted"),
    mark_text("running"),
    mark_text("finished"),
    mark_text("interrupted"),
    # kinds of messages
    mark_text("alert"),
    mark_text("digest"),
    mark_text("welcome"),
    mark_text("operator message"),
    mark_text("briefing"),
    # what came of sending
    mark_text("delivered"),
    mark_text("deferred"),
    mark_text("refused"),
    mark_text("paused"),
    mark_text("unknown"),
    # states of sources, and what came of a poll
    mark_text("ok"),
    mark_text("new"),
    mark_text("not-modified"),
    mark_text("empty"),
    mark_text("not-a-feed"),
    mark_text("blocked"),
    mark_text("failed"),
    mark_text("gone"),
    mark_text("changed"),
    mark_text("unfinished"),
    mark_text("silent"),
    mark_text("thin"),
    mark_text("moved"),
    mark_text("degraded"),
    # fields of an article, and facets
    mark_text("title"),
    mark_text("authors"),
    mark_text("comments"),
    mark_text("supplier"),
    mark_text("kind"),
    mark_text("site"),
    mark_text("lang"),
    # sensitivity
    mark_text("low"),
    mark_text("medium"),
    mark_text("high"),
    # why a message waits
    mark_text("quiet hours"),
    mark_text("five alerts in a row, then one every twelve minutes with all that came"),
    mark_text("once what was written before is delivered, in one message"),
    mark_text("old items, once a day"),
    # dates ahead of a contract
    mark_text("bids until"),
    mark_text("contract starts"),
    mark_text("review"),
    mark_text("renewal"),
    mark_text("contract ends"),
)

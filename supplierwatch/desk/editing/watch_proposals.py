"""Reads, accepts and dismisses proposals for watches: for the desk, the API and commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from alerts.proposals.gathering import gather_proposals, read_judgements
from alerts.proposals.model import Proposal, ProposalResult
from config.editing.watch_draft import WatchDraft, read_watch
from config.errors import EditRefused
from config.model import Watch
from storage.model import Actor, Change
from storage.store import Store, Unit
from supplierwatch.desk.editing.file_edits import ConfigText, EditFailure, EditSource, try_edit
from supplierwatch.desk.editing.recent_proposals import RecentProposals
from supplierwatch.desk.editing.table_kind import CompiledEdit
from supplierwatch.desk.editing.table_kinds import WATCHES
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import CompiledConfiguration

PAGE_SECONDS = 1.0  # of searching the archive for a page or the API, and as many of measuring
_RECENT = RecentProposals()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedProposal:
    """An edit of watches.toml that a proposal makes, not written yet."""

    draft: WatchDraft
    edit: CompiledEdit[WatchDraft]

    @property
    def change(self) -> Change:
        """The same for the audit trail."""
        before, after = WATCHES.audit_texts(self.edit.existing, self.draft)
        return Change(action="watch.changed", subject=self.draft.key, before=before, after=after)


def find_watch(wired: CompiledConfiguration, key: str) -> Watch | None:
    """Return a declared watch; None where there is none of this key."""
    return next((each for each in wired.catalog.watches if each.key == key), None)


def read_proposals(
    store: Store,
    wired: CompiledConfiguration,
    watch: Watch,
    now: datetime,
    *,
    seconds: float,
) -> ProposalResult:
    """Return the proposals for a watch in force; `seconds` as in `gather_proposals`."""
    return gather_proposals(
        store,
        watch,
        wired.queries[watch.key],
        wired.suppliers,
        wired.source_names,
        read_judgements(store, watch, now),
        seconds=seconds,
    )


def find_proposal(result: ProposalResult, proposal_id: str) -> Proposal | None:
    """Return the proposal of an id; None where it is not offered any more."""
    return next((each for each in result.proposals if each.proposal_id == proposal_id), None)


def read_offered(source: DeskSource, now: datetime, watch_key: str) -> ProposalResult | None:
    """Return the proposals for a watch, within the time of a page; None where there is no watch.

    They are computed again when something was marked or edited since, and after a while.
    """
    wired, store = source.wired, source.store
    watch = find_watch(wired, watch_key)
    if watch is None:
        return None
    query, judgements = wired.queries[watch_key], read_judgements(store, watch, now)
    asked = (store.url, watch_key, watch.group, query.text, query.fingerprint, judgements)
    return _RECENT.get(
        asked,
        now,
        lambda: gather_proposals(
            store,
            watch,
            query,
            wired.suppliers,
            wired.source_names,
            judgements,
            seconds=PAGE_SECONDS,
        ),
    )


def find_offered(
    source: DeskSource, now: datetime, watch_key: str, proposal_id: str
) -> Proposal | None:
    """Return a proposal for a watch; None where it is not offered any more."""
    result = read_offered(source, now, watch_key)
    return None if result is None else find_proposal(result, proposal_id)


def draft_proposal(
    source: EditSource, file: ConfigText, watch_key: str, proposal: Proposal
) -> WatchDraft | EditFailure:
    """Return the watch of the file with the proposed query; the failure where that is not it.

    The file has to mean what is in force: the proposal was measured against that.
    """
    try:
        existing = read_watch(file.content, watch_key)
    except EditRefused as error:
        return EditFailure(text=str(error))
    present = try_edit(source, file, file.content)
    if isinstance(present, EditFailure):
        return present
    query = present.queries.get(watch_key)
    in_force = source.wired.queries[watch_key].fingerprint
    if existing is None or query is None or query.fingerprint != in_force:
        return EditFailure(text=_("This watch was changed in watches.toml meanwhile: try again."))
    return replace(existing, query=proposal.candidate.query.text, keywords=(), exact=False)


def compile_proposal(
    source: EditSource, file: ConfigText, watch_key: str, proposal: Proposal
) -> AcceptedProposal | EditFailure:
    """Return the edit that accepts a proposal, as far as `check` accepts it."""
    draft = draft_proposal(source, file, watch_key, proposal)
    if isinstance(draft, EditFailure):
        return draft
    edit = WATCHES.compile_edit(source, file, draft, is_new=False)
    return edit if isinstance(edit, EditFailure) else AcceptedProposal(draft=draft, edit=edit)


def dismiss_proposal(
    unit: Unit, actor: Actor, watch_key: str, proposal: Proposal, now: datetime
) -> None:
    """Store that a proposal was dismissed: it is offered again once more speaks for it."""
    candidate = proposal.candidate
    unit.dismissed_proposals.record(
        watch_key,
        candidate.kind,
        candidate.target,
        weight=proposal.weight,
        actor=actor.name,
        now=now,
    )
    change = Change(action="proposal.dismissed", subject=watch_key, before=candidate.query.text)
    unit.audit.record(actor, change, now)

"""The entry point of storage: a store, and units of work, each one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from storage.archive.captures import Captures
from storage.archive.event_edits import EditedEvents
from storage.archive.item_pages import ItemPages
from storage.archive.items import Items
from storage.archive.rechecks import Rechecks
from storage.archive.retention import Retention
from storage.archive.stories import Stories
from storage.crawling.coverage import CoverageReader
from storage.crawling.hub_subscriptions import HubSubscriptions
from storage.crawling.polls import Polls
from storage.crawling.robots_files import RobotsFiles
from storage.crawling.runs import Runs
from storage.crawling.sites import SiteMemories
from storage.crawling.sources import Sources
from storage.engine.advisory_lock import LEADER, LeaderLock, exclusive
from storage.engine.damage import Damage
from storage.engine.engine import READ_ONLY, make_engine, sqlite_file
from storage.engine.schema_version import refuse_other_schema
from storage.errors import DatabaseUnusable, explain_error, is_damaged_page
from storage.groups.group_repository import Groups
from storage.groups.visible_rows import restrict
from storage.jobs import ConfigurationStore, HostSlots, JobQueue
from storage.mentions.asides import Asides
from storage.mentions.mention_pages import MentionPages
from storage.mentions.mentions import Mentions
from storage.mentions.volumes import Volumes
from storage.rules.groups import EVERYTHING, GroupScope
from storage.telling.backlog import Backlog
from storage.telling.notices import Notices
from storage.telling.outbox import Outbox
from storage.telling.pending_news import PendingNewsReader
from storage.telling.periodic_tasks import PeriodicTasks
from storage.telling.quarantine import Quarantine
from storage.telling.reader_requests import ReaderRequests
from storage.telling.stalled_deliveries import StalledDeliveries
from storage.telling.subscribers import Subscribers
from storage.telling.tellings import Tellings
from storage.telling.watches import Watches
from storage.text_index.full_text import FullText
from storage.users.audit_trail import AuditTrail
from storage.users.briefings import Briefings
from storage.users.desk_mutes import DeskMutes
from storage.users.dismissed_proposals import DismissedProposals
from storage.users.idempotent_responses import IdempotentResponses
from storage.users.identities import Identities
from storage.users.marks import Marks
from storage.users.read_states import ReadStates
from storage.users.story_judgements import StoryJudgements
from storage.users.tokens import Tokens
from storage.users.users import Users


class Unit:
    """The repositories of one transaction, which read what a scope sees."""

    def __init__(
        self, connection: Connection, *, writes: bool, scope: GroupScope = EVERYTHING
    ) -> None:
        restrict(connection, scope)
        self.damage = Damage()
        self.items = Items(connection, writes=writes, damage=self.damage)
        self.pages = ItemPages(connection)
        self.rechecks = Rechecks(connection)
        self.sources = Sources(connection)
        self.robots_files = RobotsFiles(connection)
        self.sites = SiteMemories(connection)
        self.watches = Watches(connection, self.damage)
        self.mentions = Mentions(connection, self.items, self.damage)
        self.subscribers = Subscribers(connection, self.damage)
        self.tellings = Tellings(connection, self.items, self.damage)
        self.outbox = Outbox(connection)
        self.notices = Notices(connection)
        self.polls = Polls(connection)
        self.hubs = HubSubscriptions(connection)
        self.runs = Runs(connection)
        self.coverage = CoverageReader(connection)
        self.fulltext = FullText(connection)
        self.stories = Stories(connection, self.damage)
        self.events = EditedEvents(connection, self.damage)
        self.captures = Captures(connection)
        self.retention = Retention(connection)
        self.mention_pages = MentionPages(connection, self.items, self.damage)
        self.volumes = Volumes(connection)
        self.reader_requests = ReaderRequests(connection)
        self.quarantine = Quarantine(connection)
        self.periodic_tasks = PeriodicTasks(connection)
        self.asides = Asides(connection, self.items)
        self.backlog = Backlog(connection)
        self.pending_news = PendingNewsReader(connection)
        self.stalled_deliveries = StalledDeliveries(connection)
        self.jobs = JobQueue(connection)
        self.configurations = ConfigurationStore(connection)
        self.host_slots = HostSlots(connection)
        self.users = Users(connection, scope)
        self.tokens = Tokens(connection)
        self.identities = Identities(connection)
        self.groups = Groups(connection)
        self.marks = Marks(connection, scope)
        self.read_states = ReadStates(connection)
        self.desk_mutes = DeskMutes(connection, scope)
        self.briefings = Briefings(connection, scope)
        self.judgements = StoryJudgements(connection)
        self.dismissed_proposals = DismissedProposals(connection)
        self.responses = IdempotentResponses(connection)
        self.audit = AuditTrail(connection)


class Store:
    """An open database. Safe to share between threads.

    Its transactions see all groups; those of `within` only what some groups see.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._damage: list[DatabaseUnusable] = []  # shared with the stores of `within`
        self._opened_file = _file_identity(engine)
        self._scope = EVERYTHING
        self.whole = self  # the same, without a scope

    def within(self, scope: GroupScope) -> Store:
        """Return this store with transactions that see only what a scope sees."""
        if scope.everything:
            return self.whole
        restricted = copy(self.whole)
        restricted._scope = scope
        return restricted

    @property
    def url(self) -> str:
        """The SQLAlchemy URL that opens the same database in another process."""
        return self._engine.url.render_as_string(hide_password=False)

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """Open a read-write unit: committed at the end, rolled back where the block raises.

        On SQLite it is the only writer: do nothing slow in it.

        Raises:
            DatabaseUnusable: the database is locked, full, damaged or not reachable. After a
                damaged page was found, this process writes nothing more: a write could spread it.
        """
        if self._damage:
            raise DatabaseUnusable(f"nothing is written any more: {self._damage[0]}")
        with self._connect() as connection, connection.begin():
            yield Unit(connection, writes=True, scope=self._scope)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """Open a read-only unit, which sees one snapshot of the database.

        Raises:
            DatabaseUnusable: the database is damaged or not reachable, or a write was tried.
        """
        with self._connect() as connection:
            connection = connection.execution_options(**READ_ONLY)
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield Unit(connection, writes=False, scope=self._scope)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                try:
                    yield connection
                except BaseException:
                    # A query that was left half read keeps its snapshot for as long as anybody
                    # keeps the exception; by the pool, SQLite would then call the database locked
                    # in whatever comes next.
                    if connection.dialect.name == "sqlite":
                        connection.invalidate()
                    raise
        except DBAPIError as error:
            unusable = explain_error(error, self._engine.url)
            if is_damaged_page(error):
                self._damage.append(unusable)
            raise unusable from error

    @property
    def shared(self) -> bool:
        """Whether processes on several machines may use this database: it is PostgreSQL."""
        return self._engine.dialect.name == "postgresql"

    @property
    def libpq_url(self) -> str:
        """The URL in the form that psycopg itself takes; only for PostgreSQL."""
        return self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def leader_lock(self) -> LeaderLock:
        """Return the lock of the process that plans the jobs of a cluster."""
        return LeaderLock(self._engine, LEADER)

    def exclusive(self, task: str) -> AbstractContextManager[None]:
        """Hold a lock on `task` among all processes on PostgreSQL; nothing on SQLite."""
        return exclusive(self._engine, task)

    def ping(self) -> None:
        """Run a trivial query.

        Raises:
            DatabaseUnusable: it fails.
        """
        with self._connect() as connection:
            connection.execution_options(**READ_ONLY).execute(text("SELECT 1"))

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return sqlite_file(self._engine)

    def lost_file(self) -> str | None:
        """Describe how the opened SQLite file was lost; None while it is in place.

        A process that has the file open goes on writing into it after it was unlinked, and all of
        that is lost when the process ends.
        """
        if self._opened_file is None:
            return None
        present = _file_identity(self._engine)
        if present is None:
            return "was removed"
        return None if present == self._opened_file else "was replaced by another file"

    def connections_in_use(self) -> int:
        """Count the connections that units have checked out of the pool."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _file_identity(engine: Engine) -> tuple[int, int] | None:
    """Return device and inode of the SQLite file; None where there is none."""
    path = sqlite_file(engine)
    if path is None:
        return None
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


def open_store(url: str, *, migrate: bool = True, backup_dir: Path | None = None) -> Store:
    """Open a database, after upgrading its schema.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL.
        migrate: upgrade an older schema; otherwise an older one is refused.
        backup_dir: where a SQLite file is copied to before an upgrade; by default `backups`
            beside the file.

    Raises:
        SchemaTooNew: the database was written by a newer release.
        SchemaTooOld: it was written by an older release, and `migrate` is false.
        DatabaseUnusable: it cannot be opened.
    """
    engine = make_engine(url)
    try:
        if migrate:
            from storage.engine.upgrade import upgrade  # Alembic, which crawl children do without

            upgrade(engine, backup_dir=backup_dir)
        else:
            refuse_other_schema(engine)
    except DBAPIError as error:
        engine.dispose()
        raise explain_error(error, engine.url) from error
    except OSError as error:
        engine.dispose()
        raise DatabaseUnusable(f"{engine.url!r}: the folder cannot be used: {error}") from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)

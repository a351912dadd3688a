"""Hashes passwords with argon2id, and slows down guessing."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

SHORTEST = 12  # characters (NIST SP 800-63B asks for 8 at least)
LONGEST = 1_000
MAX_FAILURES = 5  # of one name, within WINDOW
WINDOW = 900.0  # seconds
MAX_COUNTED = 2_000  # names

# the second set of parameters that OWASP recommends: 19 MB, so that four sign-ins at a time stay
# within the memory of a small machine
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_LOCK = threading.Lock()  # one at a time: each takes a processor and its memory


def hash_password(password: str) -> str:
    """Return the PHC string of a password."""
    with _LOCK:
        return _HASHER.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether a password has this hash; takes as long where there is none."""
    with _LOCK:
        # also for a known name, so that the first sign-in of a process takes as long for all names
        dummy = _make_dummy_hash()
        try:
            _HASHER.verify(password_hash or dummy, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


@cache
def _make_dummy_hash() -> str:
    """Return a hash to compare with where a user has none; made at first use."""
    return _HASHER.hash("a password that nobody has")


def needs_rehash(password_hash: str) -> bool:
    """Return whether a hash was made with older parameters."""
    return _HASHER.check_needs_rehash(password_hash)


def find_password_fault(password: str, name: str) -> str | None:
    """Return why a password is refused; None where it is accepted."""
    if len(password) < SHORTEST:
        return _("A password has %(n)s characters at least.", n=SHORTEST)
    if len(password) > LONGEST:
        return _("A password has %(n)s characters at most.", n=format_number(LONGEST))
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        return _("That is too easy to guess.")
    return None


class FailureLimit:
    """Counts the failed sign-ins of each name; in this process, of bounded size.

    Args:
        monotonic: clock in seconds; replaced in tests.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def is_refused(self, name: str) -> bool:
        """Return whether sign-ins by this name have failed too often within `WINDOW`."""
        with self._lock:
            return len(self._list_recent(name, self._monotonic())) >= MAX_FAILURES

    def count_failure(self, name: str) -> None:
        """Count a failure of this name."""
        now = self._monotonic()
        with self._lock:
            self._failures[name] = [*self._list_recent(name, now), now][-MAX_FAILURES:]
            self._failures.move_to_end(name)
            while len(self._failures) > MAX_COUNTED:
                self._failures.popitem(last=False)

    def reset(self, name: str) -> None:
        """Forget the failures of this name: the password was right."""
        with self._lock:
            self._failures.pop(name, None)

    def _list_recent(self, name: str, now: float) -> list[float]:
        return [at for at in self._failures.get(name, ()) if now - at < WINDOW]

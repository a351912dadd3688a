"""Parse and check single values: keys, addresses, durations, cadences.

Pure. What is invalid raises a `Mistake`, to which callers add file and line.
"""

from config.values.addresses import AddressRefused, Guard
from config.values.mistakes import Mistake

__all__ = ["AddressRefused", "Guard", "Mistake"]

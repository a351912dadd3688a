"""Parse and check single values: keys, addresses, durations, cadences.

Pure. An invalid value raises `InvalidValue`, to which callers add file and line.
"""

from config.values.addresses import AddressRefused, Guard
from config.values.invalid_value import InvalidValue

__all__ = ["AddressRefused", "Guard", "InvalidValue"]

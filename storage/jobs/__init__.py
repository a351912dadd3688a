"""State that processes on one PostgreSQL share: queued jobs, host slots, the configuration.

On SQLite, which one process uses alone, nothing is queued: its threads do the same steps.
"""

from storage.jobs.configuration_store import ConfigurationStore, StoredConfiguration
from storage.jobs.host_slots import HostSlots
from storage.jobs.job_queue import JobCounts, JobQueue, LostJob

__all__ = [
    "ConfigurationStore",
    "HostSlots",
    "JobCounts",
    "JobQueue",
    "LostJob",
    "StoredConfiguration",
]

"""What several processes on one PostgreSQL share: queued jobs, the leader, the configuration.

On SQLite, which one process has to itself, nothing is queued: threads do the same steps.
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

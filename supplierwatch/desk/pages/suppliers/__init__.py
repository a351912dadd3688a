"""Pages about suppliers: the list, and the thread of one."""

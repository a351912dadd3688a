"""Resources that gather the archive by subject: suppliers and their threads, briefings."""

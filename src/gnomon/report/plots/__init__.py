"""Pictures by matplotlib: one family a file, each drawn onto an axes that the caller may bring."""

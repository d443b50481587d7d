"""States: small mergeable summaries of batches. Their laws stand in :mod:`gnomon.states.base`."""
